#include "shard.hpp"

#include <alleycat/core/clock.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <stdexcept>

namespace alleycat::stream {

namespace {

constexpr std::size_t kBatchBytes = 64 * 1024;           // of the ring, consumed and given back at once
constexpr auto kRetry = std::chrono::milliseconds(2);    // while the consumer has no room
constexpr auto kTokens = std::chrono::milliseconds(20);  // from a refusal by the limits to the next attempt
constexpr auto kExpiryCheck = std::chrono::seconds(10);
constexpr auto kFirstPause = std::chrono::milliseconds(50);  // after a commit that failed
constexpr auto kLongestPause = std::chrono::milliseconds(1'000);
// Without a log, a shard still lets records gather for a moment after work, in which no producer has to wake it: being
// woken for each record costs more than the record.
constexpr auto kGather = std::chrono::microseconds(500);

std::unique_ptr<commitlog::CommitLog> open_log(const Shard::Options& options)
{
    if (!options.log) {
        return nullptr;
    }
    commitlog::LogOptions log;
    log.directory = log_directory(options.log->directory, options.shard);
    log.shard = options.shard;
    log.segment_bytes = options.log->segment_bytes;
    log.retention = options.log->retention;
    log.retention_bytes = options.log_bytes;
    return std::make_unique<commitlog::CommitLog>(*options.log->disk, log);
}

/// Records between the two would be missing for ever, and nobody would notice.
void require_no_gap(const commitlog::CommitLog& log, SequenceNumber position)
{
    const auto segments = log.segments();
    if (position != 0 && !segments.empty() && segments.front().first_sequence > position + 1) {
        throw std::runtime_error(fmt::format(
            "{}: the log begins with record {}, but what came before it was brought into the history only up to {}; "
            "put the missing segments back, or remove the checkpoints to do without",
            segments.front().path.string(), segments.front().first_sequence, position));
    }
}

}  // namespace

std::filesystem::path log_directory(const std::filesystem::path& logs, ShardId shard)
{
    return logs / fmt::format("shard-{}", raw(shard));
}

Shard::Shard(const Options& options, std::unique_ptr<ShardConsumer> consumer, Callbacks callbacks)
    : options_(options),
      commit_interval_(options.log ? std::chrono::nanoseconds(options.log->commit_interval) : kGather),
      commit_bytes_(options.log ? options.log->commit_bytes : kBatchBytes),
      ring_(options.ring_capacity_bytes),
      log_(open_log(options)),
      consumer_(std::move(consumer)),
      callbacks_(std::move(callbacks)),
      first_seen_(consumer_->seen()),
      backoff_(kFirstPause, kLongestPause, raw(options.shard))
{
    if (options.limits) {
        record_tokens_.emplace(options.limits->records);
        byte_tokens_.emplace(options.limits->bytes);
    }
    if (!log_) {
        return;
    }
    require_no_gap(*log_, consumer_->position());
    first_seen_ = std::max(first_seen_, log_->last_sequence());
    state_.replaying = true;
    if (const auto& torn = log_->torn_tail(); torn.bytes != 0) {
        spdlog::info(
            "log: shard {}: {} ends at offset {}; the {} bytes behind it are of records that were never "
            "acknowledged",
            raw(options.shard), torn.path.string(), torn.offset, torn.bytes);
    }
}

Shard::~Shard()
{
    begin_stop(SteadyTime::min());
    static_cast<void>(end_stop());
}

void Shard::start()
{
    thread_ = std::thread(&Shard::run, this);
}

void Shard::hurry()
{
    hurried_.store(true);
    wake();
}

void Shard::begin_stop(SteadyTime deadline)
{
    if (!stopping_) {
        stop_deadline_ = deadline;
        patience_ = time_until(deadline);
        stopping_.store(true);
        wake();
    }
}

std::uint64_t Shard::end_stop()
{
    if (thread_.joinable()) {
        thread_.join();
    }
    return published_.load() - committed_;
}

Shard::Pushed Shard::try_push(Framed& record, std::atomic<std::uint64_t>& sequence)
{
    if (unusable_.load(std::memory_order_relaxed)) {
        return {};
    }
    const auto bytes = static_cast<double>(record.entry.partition_key.size() + record.entry.data.size());
    ByteRing::Room room;
    {
        const std::lock_guard lock(push_mutex_);
        if (record_tokens_) {
            const auto now = std::chrono::steady_clock::now();
            if (!record_tokens_->has(1, now) || !byte_tokens_->has(bytes, now)) {
                return {Appended::Outcome::RateExceeded, 0};
            }
        }
        room = ring_.try_reserve(frame_size(record));
        if (room.end == 0) {
            return {Appended::Outcome::Full, 0};
        }
        if (record_tokens_) {
            record_tokens_->take(1);
            byte_tokens_->take(bytes);
        }
        record.entry.sequence = sequence.fetch_add(1, std::memory_order_relaxed) + 1;
    }
    ring_.fill(room, [&record](std::byte* to) { write_frame(to, record); });
    return {Appended::Outcome::Taken, room.end};
}

void Shard::want_space()
{
    space_wanted_.store(true, std::memory_order_seq_cst);
    if (sleep_.load(std::memory_order_seq_cst) == Sleep::Gathering) {
        wake();
    }
}

void Shard::want_tokens()
{
    tokens_wanted_.store(true, std::memory_order_seq_cst);
    wake();
}

void Shard::publish(std::uint64_t entries)
{
    published_.fetch_add(entries, std::memory_order_seq_cst);
    const auto sleep = sleep_.load(std::memory_order_seq_cst);
    if (sleep == Sleep::Idle || (sleep == Sleep::Gathering && gathered())) {
        wake();
    }
}

void Shard::wake()
{
    if (sleep_.exchange(Sleep::Awake) != Sleep::Awake) {
        {
            const std::lock_guard lock(mutex_);  // the shard is in its wait, or has not looked at the flag yet
        }
        wake_.notify_one();
    }
}

void Shard::run()
{
    if (!replay()) {
        unusable_.store(true);
        return;
    }
    for (;;) {
        const bool stopping = stopping_.load();  // before the rest: nothing is appended after it was set
        const auto announced = published_.load(std::memory_order_seq_cst);
        note_oldest();  // also for the time that a commit takes
        auto now = std::chrono::steady_clock::now();
        const auto before = committed_;
        if (commit_due(announced, now) || (stopping && announced != committed_ && now >= retry_at_)) {
            commit(announced, now);
        }
        extend_stop(stopping && committed_ != before);
        const bool late = stopping && now >= stop_deadline_;
        const auto consumed = consumed_.load(std::memory_order_relaxed);
        const bool room = consume(now, late && !log_);  // what is in no log has nowhere else to go
        extend_stop(stopping && consumed_.load(std::memory_order_relaxed) != consumed);
        now = std::chrono::steady_clock::now();
        auto next = consumer_->end_batch(now);
        if (late || (stopping && room && announced == committed_)) {
            break;
        }
        remove_expired(now);
        next = std::min(next, log_ ? next_expiry_ : SteadyTime::max());
        next = std::min(next, room ? SteadyTime::max() : now + kRetry);
        next = std::min(next, announced == committed_ ? SteadyTime::max() : std::max(next_commit_, retry_at_));
        next = std::min(next, stopping && now < stop_deadline_ ? stop_deadline_ : SteadyTime::max());
        next = std::min(next, tell_of_tokens(now));
        sleep(next, announced, stopping);
    }
    consumer_->finish();
}

/// A stop gives up on what does not get on, not on what takes long.
void Shard::extend_stop(bool progress)
{
    if (progress && patience_ != SteadyTime::duration::zero()) {
        stop_deadline_ = std::max(stop_deadline_, std::chrono::steady_clock::now() + patience_);
    }
}

/// False where the log cannot be read, or not in time: then nothing is taken, and nothing acknowledged.
bool Shard::replay()
{
    if (!log_) {
        return true;
    }
    const auto late = [this] { return stopping_.load() && std::chrono::steady_clock::now() >= stop_deadline_; };
    Replay replay(*options_.log, options_.shard, *log_, *consumer_, late, oldest_ms_);
    const auto done = replay.run();
    {
        const std::lock_guard lock(state_mutex_);
        state_.damaged_regions = replay.damaged_regions();
        state_.replaying = false;
        state_.failure = done ? boost::system::error_code() : done.error();
    }
    if (!done && late()) {
        spdlog::warn("log: shard {}: stopped while it was read back", raw(options_.shard));
        return false;
    }
    if (!done) {
        spdlog::critical("log: shard {} cannot be read: {}; nothing is taken for it until the next start",
                         raw(options_.shard), done.error().message());
        return false;
    }
    if (replay.records() != 0) {
        spdlog::info("log: shard {}: {} records read back", raw(options_.shard), replay.records());
    }
    return true;
}

bool Shard::commit_due(std::uint64_t announced, SteadyTime now) const
{
    return announced != committed_ && now >= retry_at_ && (now >= next_commit_ || gathered());
}

void Shard::commit(std::uint64_t announced, SteadyTime now)
{
    next_commit_ = now + commit_interval_;
    if (!log_) {
        committed_ = announced;
        return;
    }
    const auto system_now = std::chrono::system_clock::now();
    const auto group = ring_.visit(durable(), announced - committed_, SIZE_MAX, [&](std::span<const std::byte> bytes) {
        const auto record = read_frame(bytes);
        const auto& entry = record.entry;
        log_->append({entry.sequence, entry.arrival_ms, entry.partition_key, record.hash_key, entry.data,
                      record.refused.has_value(), entry.verdict},
                     system_now);
    });
    const auto done = log_->commit();
    const auto end = std::chrono::steady_clock::now();
    if (!done) {
        note_failure(done.error(), end);
        return;
    }
    committed_ += group.frames;
    note_success(group.frames, end - now);  // before anyone is told, who may look at once
    durable_.store(group.end, std::memory_order_seq_cst);
    callbacks_.on_durable();
}

void Shard::note_success(std::uint64_t records, std::chrono::nanoseconds took)
{
    retry_at_ = SteadyTime::min();
    boost::system::error_code before;
    {
        const std::lock_guard lock(state_mutex_);
        before = std::exchange(state_.failure, {});
        state_.committed += records;
    }
    commit_times_.add(took);
    if (before) {
        backoff_.reset();
        spdlog::info("log: shard {} is written again", raw(options_.shard));
    }
}

void Shard::note_failure(boost::system::error_code error, SteadyTime now)
{
    retry_at_ = now + backoff_.next();
    boost::system::error_code before;
    {
        const std::lock_guard lock(state_mutex_);
        before = std::exchange(state_.failure, error);
        ++state_.failed_commits;
    }
    if (before != error) {
        spdlog::error("log: shard {} cannot be written: {}; its records wait, unacknowledged, and are tried again",
                      raw(options_.shard), error.message());
    }
}

bool Shard::consume(SteadyTime now, bool anyway)
{
    while (consumed_.load(std::memory_order_relaxed) != committed_) {
        if (!anyway && !consumer_->ready(now)) {
            return false;
        }
        const auto left = committed_ - consumed_.load(std::memory_order_relaxed);
        const auto batch = ring_.visit(ring_.head(), left, kBatchBytes, [&](std::span<const std::byte> bytes) {
            const auto record = read_frame(bytes);
            if (record.refused) {
                consumer_->refuse(record.entry, {*record.refused, std::string(record.why), {}}, now);
            } else {
                consumer_->consume(record.entry, now);
            }
        });
        if (batch.frames == 0) {
            break;  // announced, but a producer before it in the ring is still writing
        }
        ring_.release(batch.end);
        consumed_.fetch_add(batch.frames, std::memory_order_relaxed);
        if (!log_) {
            durable_.store(batch.end, std::memory_order_relaxed);
        }
        note_oldest();
        static_cast<void>(consumer_->end_batch(now));
        if (space_wanted_.load(std::memory_order_seq_cst) && space_wanted_.exchange(false)) {
            callbacks_.on_space();
        }
    }
    return true;
}

void Shard::note_oldest()
{
    std::int64_t oldest_ms = 0;
    ring_.visit(ring_.head(), 1, SIZE_MAX,
                [&](std::span<const std::byte> bytes) { oldest_ms = read_frame(bytes).entry.arrival_ms; });
    oldest_ms_.store(oldest_ms, std::memory_order_relaxed);
}

void Shard::remove_expired(SteadyTime now)
{
    if (!log_ || now < next_expiry_) {
        return;
    }
    next_expiry_ = now + kExpiryCheck;
    const auto removed = log_->remove_expired(consumer_->checkpoint(), std::chrono::system_clock::now());
    if (!removed) {
        spdlog::warn("log: shard {}: an old segment cannot be removed: {}", raw(options_.shard),
                     removed.error().message());
    }
}

SteadyTime Shard::tell_of_tokens(SteadyTime now)
{
    if (!tokens_wanted_.load(std::memory_order_seq_cst)) {
        return SteadyTime::max();
    }
    if (tokens_due_ == SteadyTime::max()) {
        tokens_due_ = now + kTokens;
    } else if (now >= tokens_due_) {
        tokens_due_ = SteadyTime::max();
        tokens_wanted_.store(false, std::memory_order_seq_cst);
        callbacks_.on_space();
    }
    return tokens_due_;
}

void Shard::sleep(SteadyTime deadline, std::uint64_t announced, bool stopping)
{
    const auto kind = announced == committed_ ? Sleep::Idle : Sleep::Gathering;
    std::unique_lock lock(mutex_);
    sleep_.store(kind, std::memory_order_seq_cst);
    const bool wanted = tokens_wanted_.load(std::memory_order_seq_cst) && tokens_due_ == SteadyTime::max();
    const bool more = kind == Sleep::Idle ? published_.load(std::memory_order_seq_cst) != announced
                                          : gathered() && retry_at_ == SteadyTime::min();
    if (!more && !wanted && stopping_.load() == stopping) {
        wake_.wait_until(lock, deadline, [this] { return sleep_.load() == Sleep::Awake; });
    }
    sleep_.store(Sleep::Awake);
}

Stream::ShardState Shard::state() const
{
    Stream::ShardState state;
    {
        const std::lock_guard lock(state_mutex_);
        state = state_;
    }
    state.consumed = consumed_.load(std::memory_order_relaxed);
    state.appended = std::max(published_.load(std::memory_order_relaxed), state.consumed);
    const auto oldest_ms = oldest_ms_.load(std::memory_order_relaxed);
    if (oldest_ms != 0 && (state.replaying || state.appended != state.consumed)) {
        state.oldest = std::chrono::milliseconds(std::max<std::int64_t>(0, epoch_ms() - oldest_ms));
    }
    state.commit_times = commit_times_.read();
    state.ring_bytes = ring_.size();
    state.ring_capacity = ring_.capacity();
    if (log_) {
        state.log_bytes = log_->bytes();
        state.log_segments = log_->segments().size();
    }
    return state;
}

}  // namespace alleycat::stream
