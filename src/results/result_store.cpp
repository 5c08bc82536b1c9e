#include "checkpoint_table.hpp"
#include "class_records.hpp"
#include "erasures.hpp"
#include "race_writer.hpp"
#include "record_events.hpp"
#include "schema.hpp"
#include "sqlite.hpp"

#include <alleycat/results/result_store.hpp>

#include <spdlog/spdlog.h>

#include <chrono>

namespace alleycat::results {

namespace {

using ranking::Score;

std::int64_t count_class_records(Connection& connection)
{
    connection.refuse_if_failed();
    Statement select(connection, "SELECT count(*) FROM class_records");
    auto rows = select.query();
    return rows.next() ? rows.integer(0) : 0;
}

/// Makes the class records those of `score`, unless they are.
void follow_score(Connection& connection, Score score)
{
    const auto before = stored_score(connection);
    connection.refuse_if_failed();
    if (before == name(score)) {
        return;
    }
    const auto start = std::chrono::steady_clock::now();
    Transaction transaction(connection, Transaction::Kind::Write);
    connection.execute("DELETE FROM class_records");
    collect_class_records(connection, score, "class_records");
    const auto records = count_class_records(connection);
    Statement(connection, "INSERT OR REPLACE INTO meta (key, value) VALUES ('score', ?)").run(name(score));
    if (!transaction.commit()) {
        connection.refuse();
    }
    if (!before.empty()) {
        const auto took = std::chrono::steady_clock::now() - start;
        spdlog::info("class records: the score was {} and is {} now: {} rebuilt in {} ms", before, name(score), records,
                     std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    }
}

/// An open database of this version, whose class records are of this score.
Connection open_database(const ResultStore::Options& options)
{
    Connection connection(options.path, Connection::Mode::Write);
    prepare_database(connection, migrations());
    follow_score(connection, options.score);
    return connection;
}

}  // namespace

class ResultStore::Impl {
public:
    Impl(const Options& options, Leaderboards& leaderboards);

    [[nodiscard]] const Checkpoint& checkpoint() const { return checkpoint_; }
    void visit_names(const std::function<void(RacerId, std::string_view)>& visit);
    [[nodiscard]] Result<std::vector<RecordEvent>> write(const Batch& batch);
    [[nodiscard]] Result<Erased> erase(RacerId racer, std::int64_t asked_ms);
    [[nodiscard]] Result<void> finish_erasure(RacerId racer, std::string_view report);
    [[nodiscard]] Result<void> forget_erasures(std::int64_t before_ms);
    [[nodiscard]] Result<std::vector<Erasure>> erasures();

private:
    void publish(const RecordChanges& changes);

    Connection connection_;
    Leaderboards& leaderboards_;
    ClassRecords records_;
    Erasures erasures_;
    RaceWriter races_;
    CheckpointTable checkpoints_;
    Checkpoint checkpoint_;
};

ResultStore::Impl::Impl(const Options& options, Leaderboards& leaderboards)
    : connection_(open_database(options)),
      leaderboards_(leaderboards),
      records_(connection_, options.score),
      erasures_(connection_),
      races_(connection_, options.score, records_, erasures_),
      checkpoints_(connection_),
      checkpoint_(checkpoints_.load(options.shards))
{
    erasures_.load();
    records_.visit([this](ClassId class_id, const ClassRecord& record) { leaderboards_.set(class_id, record); });
    connection_.refuse_if_failed();
}

void ResultStore::Impl::visit_names(const std::function<void(RacerId, std::string_view)>& visit)
{
    Statement select(connection_, "SELECT racer_id, name FROM racers");
    for (auto rows = select.query(); rows.next();) {
        visit(rows.id<RacerId>(0), rows.text(1));
    }
    connection_.refuse_if_failed();
}

Result<std::vector<RecordEvent>> ResultStore::Impl::write(const Batch& batch)
{
    RecordChanges changes;
    std::vector<const ranking::RaceResult*> written;
    Transaction transaction(connection_, Transaction::Kind::Write);
    for (const auto& race : batch.results) {
        if (races_.write(*race, changes)) {
            written.push_back(race.get());
        }
    }
    for (const auto& amendment : batch.amendments) {
        races_.amend(amendment, changes);
    }
    if (batch.checkpoint) {
        checkpoints_.save(*batch.checkpoint);
    }
    if (const auto done = transaction.commit(); !done) {
        return done.error();
    }
    if (batch.checkpoint) {
        checkpoint_.races = {};  // it was for the start
    }
    auto events = record_events(changes, written, leaderboards_);
    publish(changes);
    return events;
}

Result<ResultStore::Erased> ResultStore::Impl::erase(RacerId racer, std::int64_t asked_ms)
{
    RecordChanges changes;
    Transaction transaction(connection_, Transaction::Kind::Write);
    const auto erased = erasures_.erase(racer, asked_ms, records_, changes);
    if (const auto done = transaction.commit(); !done) {
        return done.error();
    }
    erasures_.keep_out(racer, asked_ms);
    publish(changes);
    return erased;
}

Result<void> ResultStore::Impl::finish_erasure(RacerId racer, std::string_view report)
{
    if (const auto done = connection_.compact(); !done) {
        return done;
    }
    Transaction transaction(connection_, Transaction::Kind::Write);
    erasures_.finish(racer, report);
    return transaction.commit();
}

Result<void> ResultStore::Impl::forget_erasures(std::int64_t before_ms)
{
    Transaction transaction(connection_, Transaction::Kind::Write);
    erasures_.forget(before_ms);
    const auto done = transaction.commit();
    if (done) {
        erasures_.load();
    }
    return done;
}

Result<std::vector<Erasure>> ResultStore::Impl::erasures()
{
    Transaction transaction(connection_, Transaction::Kind::Read);
    auto all = erasures_.all();
    return transaction.commit(std::move(all));
}

void ResultStore::Impl::publish(const RecordChanges& changes)
{
    for (const auto& [key, change] : changes) {
        if (change.after) {
            leaderboards_.set(key.first, *change.after);
        } else {
            leaderboards_.erase(key.first, key.second);
        }
    }
}

ResultStore::ResultStore(Options options, Leaderboards& leaderboards)
    : impl_(std::make_unique<Impl>(options, leaderboards))
{
}
ResultStore::~ResultStore() = default;

const Checkpoint& ResultStore::checkpoint() const
{
    return impl_->checkpoint();
}

void ResultStore::visit_names(const std::function<void(RacerId, std::string_view)>& visit) const
{
    impl_->visit_names(visit);
}

Result<std::vector<RecordEvent>> ResultStore::write(const Batch& batch)
{
    return impl_->write(batch);
}

Result<ResultStore::Erased> ResultStore::erase(RacerId racer, std::int64_t asked_ms)
{
    return impl_->erase(racer, asked_ms);
}

Result<void> ResultStore::finish_erasure(RacerId racer, std::string_view report)
{
    return impl_->finish_erasure(racer, report);
}

Result<void> ResultStore::forget_erasures(std::int64_t before_ms)
{
    return impl_->forget_erasures(before_ms);
}

Result<std::vector<Erasure>> ResultStore::erasures() const
{
    return impl_->erasures();
}

}  // namespace alleycat::results
