#include "log_fixture.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>

using namespace alleycat;
using namespace alleycat::commitlog;

namespace {

/// A log whose disk fails, whose process is killed, whose power is cut and whose old segments are removed, in a random
/// order that can be repeated; beside it what must be in it.
class Soak {
public:
    explicit Soak(unsigned seed) : random_(seed)
    {
        fixture_.options.segment_bytes = 300;
        fixture_.options.retention_bytes = 2'000;
        fixture_.disk.set_short_writes(seed);
        log_.emplace(fixture_.disk, fixture_.options);
    }

    void step()
    {
        const auto dice = below(20);
        if (dice < 14) {
            commit_group(dice < 7);
        } else if (dice < 16) {
            removed_ = std::max(removed_, log_->last_sequence() - std::min(log_->last_sequence(), below(10)));
            static_cast<void>(log_->remove_expired(removed_, fixture_.now));
        } else {
            restart(dice < 18);
        }
        fixture_.disk.clear_fault();
    }

    void restart(bool power_cut)
    {
        if (below(2) == 0) {
            fixture_.kill();
        }
        log_.reset();
        fixture_.disk.clear_fault();
        if (power_cut) {
            fixture_.disk.cut_power(static_cast<unsigned>(random_()));
        }
        check(fixture_.read_all().records);
        log_.emplace(fixture_.disk, fixture_.options);
    }

    void check(const Records& found) const
    {
        std::map<SequenceNumber, Stored> by_sequence;
        SequenceNumber before = 0;
        for (const auto& record : found) {
            CHECK(record.sequence > before);
            before = record.sequence;
            by_sequence[record.sequence] = record;
            const bool known = std::find(attempted_.begin(), attempted_.end(), record) != attempted_.end();
            CHECK(known);
        }
        for (const auto& record : committed_) {
            if (record.sequence > removed_) {
                CAPTURE(record.sequence);
                CHECK(by_sequence[record.sequence] == record);
            }
        }
    }

    [[nodiscard]] std::size_t committed() const { return committed_.size(); }

private:
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    void commit_group(bool with_fault)
    {
        Records group = make_records(log_->last_sequence() + 1, 1 + below(6));
        for (auto& record : group) {
            record.data += " try " + std::to_string(++tries_);  // a number that was lost is given to another record
        }
        attempted_.insert(attempted_.end(), group.begin(), group.end());
        for (int failures = 0; failures < 4; ++failures) {
            if (with_fault) {
                const int error = std::array{EIO, ENOSPC, EDQUOT}.at(below(3));
                fixture_.disk.set_fault({{}, below(8), error, below(2) == 0, below(3) == 0});
            }
            if (fixture_.try_commit(*log_, group)) {
                committed_.insert(committed_.end(), group.begin(), group.end());
                check(read(fixture_.disk, log_->segments()).records);
                return;
            }
            fixture_.disk.clear_fault();
            with_fault = with_fault && below(3) != 0;
        }
        restart(below(2) == 0);  // the group was never acknowledged
    }

    std::mt19937 random_;
    LogFixture fixture_;
    std::optional<CommitLog> log_;
    Records attempted_;  // ever
    Records committed_;
    SequenceNumber removed_{0};  // records up to this one may be removed
    int tries_{0};
};

}  // namespace

TEST_CASE("no mixture of failures, kills and power cuts costs a committed record", "[commitlog][power]")
{
    for (unsigned seed = 0; seed < 40; ++seed) {
        CAPTURE(seed);
        Soak soak(seed);
        for (int step = 0; step < 40; ++step) {
            CAPTURE(step);
            soak.step();
        }
        soak.restart(true);
        CHECK(soak.committed() > 20);
    }
}
