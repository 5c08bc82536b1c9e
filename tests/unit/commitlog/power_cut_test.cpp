#include "workload.hpp"

using namespace alleycat;
using namespace alleycat::commitlog;

namespace {

constexpr unsigned kSeeds = 4;

/// Commits groups until one fails, and returns what was committed; `under_way`: the group that failed.
Records commit_until_failure(Workload& work, CommitLog& log, Records& under_way)
{
    Records committed;
    for (const auto& group : work.groups) {
        if (!work.try_commit(log, group)) {
            under_way = group;
            break;
        }
        committed = joined(committed, group);
    }
    return committed;
}

/// The log goes on after the power cut, and survives the next one.
void check_goes_on(Workload& work, unsigned seed)
{
    auto expected = work.read_all().records;
    {
        auto log = work.open();
        const auto added = make_records(log.last_sequence() + 1, 3);
        work.commit(log, added);
        expected = joined(expected, added);
        work.kill();
    }
    work.disk.clear_fault();
    work.disk.cut_power(seed);
    CHECK(work.read_all().records == expected);
}

}  // namespace

TEST_CASE("the power may fail at any call: everything committed is there", "[commitlog][power]")
{
    const bool takes_effect = GENERATE(false, true);
    bool happened = true;
    for (std::size_t after = 0; happened; ++after) {
        for (unsigned seed = 0; seed < kSeeds; ++seed) {
            CAPTURE(takes_effect, after, seed);
            Workload work;
            work.disk.set_short_writes(seed);
            Records committed;
            Records under_way;
            {
                auto log = work.open();
                work.disk.set_fault({{}, after, EIO, takes_effect, true});
                committed = commit_until_failure(work, log, under_way);
                work.kill();
            }
            happened = !under_way.empty();
            work.disk.clear_fault();
            work.disk.cut_power(seed);
            check_survivors(work.read_all().records, committed, under_way);
            check_goes_on(work, seed + 1);
        }
    }
}

TEST_CASE("a call fails and then the power: everything committed is there", "[commitlog][power]")
{
    const int error = GENERATE(EIO, ENOSPC);
    const bool takes_effect = GENERATE(false, true);
    const bool again = GENERATE(false, true);  // the power fails after the group was committed at a second try
    bool happened = true;
    for (std::size_t after = 0; happened; ++after) {
        for (unsigned seed = 0; seed < kSeeds; ++seed) {
            CAPTURE(error, takes_effect, again, after, seed);
            Workload work;
            Records committed;
            Records under_way;
            {
                auto log = work.open();
                work.disk.set_fault({{}, after, error, takes_effect, false});
                committed = commit_until_failure(work, log, under_way);
                happened = work.disk.fault_happened();
                if (again && !under_way.empty()) {
                    work.commit(log, under_way);
                    committed = joined(committed, std::exchange(under_way, {}));
                }
                work.kill();
            }
            work.disk.clear_fault();
            work.disk.cut_power(seed);
            check_survivors(work.read_all().records, committed, under_way);
            check_goes_on(work, seed + 1);
        }
    }
}

TEST_CASE("a process may be killed at any call: everything committed is there, and what was written",
          "[commitlog][power]")
{
    const bool takes_effect = GENERATE(false, true);
    bool happened = true;
    for (std::size_t after = 0; happened; ++after) {
        CAPTURE(takes_effect, after);
        Workload work;
        Records committed;
        Records under_way;
        {
            auto log = work.open();
            work.disk.set_fault({{}, after, EIO, takes_effect, true});
            committed = commit_until_failure(work, log, under_way);
            work.kill();
        }
        happened = !under_way.empty();
        work.disk.clear_fault();
        check_survivors(work.read_all().records, committed, under_way);
        CHECK(work.read_all().damaged.empty());
        check_goes_on(work, 0);
    }
}
