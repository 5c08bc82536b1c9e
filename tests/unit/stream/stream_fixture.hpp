#pragma once

#include <alleycat/core/json_text.hpp>
#include <alleycat/stream/stream.hpp>

#include <catch2/catch.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace alleycat::stream {

/// Only keeps a broken program from hanging the tests.
inline SteadyTime limit()
{
    return std::chrono::steady_clock::now() + std::chrono::seconds(60);
}

/// Something that happens on one thread and is waited for on another.
class Signal {
public:
    void raise()
    {
        {
            const std::lock_guard lock(mutex_);
            ++raised_;
        }
        changed_.notify_all();
    }
    /// Takes one raise; false where there was none in time.
    [[nodiscard]] bool wait(SteadyTime until = limit())
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_until(lock, until, [this] { return raised_ > 0; })) {
            return false;
        }
        --raised_;
        return true;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int raised_{0};  // guarded by mutex_
};

/// An entry as a consumer saw it.
struct Seen {
    Entry entry;  // without its views
    std::string name;
    std::string partition_key;
    std::string data;
};

[[nodiscard]] inline Seen seen_of(const Entry& entry)
{
    Seen seen{entry, std::string(entry.name), std::string(entry.partition_key), std::string(entry.data)};
    seen.entry.name = seen.entry.partition_key = seen.entry.data = {};
    return seen;
}

/// A record that was refused, as a consumer saw it.
struct Refused {
    Seen seen;
    telemetry::Rejection why;
};

/// What one shard's consumer saw, and what the test tells it.
class ShardLog {
public:
    void close()
    {
        const std::lock_guard lock(mutex_);
        open_ = false;
    }
    void open()
    {
        const std::lock_guard lock(mutex_);
        open_ = true;
    }
    [[nodiscard]] std::vector<Seen> seen() const
    {
        const std::lock_guard lock(mutex_);
        return seen_;
    }
    [[nodiscard]] bool finished() const
    {
        const std::lock_guard lock(mutex_);
        return finished_;
    }
    /// Only ever false where the program is broken.
    [[nodiscard]] bool wait_for_entries(std::size_t count, SteadyTime until = limit())
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_until(lock, until, [&] { return seen_.size() >= count; });
    }

    [[nodiscard]] std::vector<Refused> refusals() const
    {
        const std::lock_guard lock(mutex_);
        return refused_;
    }
    [[nodiscard]] std::vector<SequenceNumber> refused() const
    {
        std::vector<SequenceNumber> sequences;
        for (const auto& one : refusals()) {
            sequences.push_back(one.seen.entry.sequence);
        }
        return sequences;
    }
    /// How many entries had come when the replay ended; none while it goes on.
    [[nodiscard]] std::optional<std::size_t> replayed() const
    {
        const std::lock_guard lock(mutex_);
        return replayed_;
    }

    // Set before the stream is made.
    SequenceNumber position{0};
    SequenceNumber latest{0};  // that the consumer has an effect of; 0: its position

    /// Called on the shard's thread, with how many entries came since the last call; returns when to call again.
    std::function<SteadyTime(SteadyTime now, std::size_t entries)> on_end_batch = [](SteadyTime, std::size_t) {
        return SteadyTime::max();
    };

private:
    friend class RecordingConsumer;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool open_{true};  // all guarded by mutex_
    std::vector<Seen> seen_;
    std::vector<Refused> refused_;
    std::optional<std::size_t> replayed_;
    bool finished_{false};
};

class RecordingConsumer final : public ShardConsumer {
public:
    explicit RecordingConsumer(std::shared_ptr<ShardLog> log) : log_(std::move(log)) {}

    SequenceNumber position() const override { return log_->position; }
    SequenceNumber seen() const override { return std::max(log_->position, log_->latest); }
    bool ready(SteadyTime) override
    {
        note_thread();
        const std::lock_guard lock(log_->mutex_);
        return log_->open_;
    }
    void consume(const Entry& entry, SteadyTime) override
    {
        note_thread();
        ++entries_;
        {
            const std::lock_guard lock(log_->mutex_);
            log_->seen_.push_back(seen_of(entry));
        }
        log_->changed_.notify_all();
    }
    void refuse(const Entry& entry, const telemetry::Rejection& why, SteadyTime) override
    {
        note_thread();
        const std::lock_guard lock(log_->mutex_);
        log_->refused_.push_back({seen_of(entry), why});
    }
    void end_replay() override
    {
        note_thread();
        const std::lock_guard lock(log_->mutex_);
        log_->replayed_ = log_->seen_.size();
    }
    SteadyTime end_batch(SteadyTime now) override
    {
        note_thread();
        return log_->on_end_batch(now, std::exchange(entries_, 0));
    }
    void finish() override
    {
        note_thread();
        const std::lock_guard lock(log_->mutex_);
        log_->finished_ = true;
    }

private:
    void note_thread()
    {
        if (thread_ == std::thread::id()) {
            thread_ = std::this_thread::get_id();
        }
        if (thread_ != std::this_thread::get_id() || log_->finished()) {
            std::terminate();  // a contract of ShardConsumer is broken, on a thread where Catch cannot say so
        }
    }

    std::shared_ptr<ShardLog> log_;
    std::thread::id thread_;
    std::size_t entries_{0};
};

/// A stream whose consumers record.
struct StreamFixture {
    std::vector<std::shared_ptr<ShardLog>> logs;
    Ledger ledger;
    Stream stream;

    /// `made`: the shards' logs, where they say something else than new ones would.
    explicit StreamFixture(const Stream::Options& options, std::vector<std::shared_ptr<ShardLog>> made = {})
        : logs(made.empty() ? make_logs(options.shards + options.retired_shards) : std::move(made)),
          stream(options, consumers(), ledger)
    {
    }

    [[nodiscard]] Producer producer(std::function<void()> on_progress = [] {})
    {
        return stream.make_producer("test", std::move(on_progress));
    }
    /// Returns how many records could not be committed.
    std::uint64_t stop() { return stream.stop(limit()); }
    [[nodiscard]] Stream::ShardState state(std::uint32_t shard = 0) const { return stream.state(ShardId{shard}); }

    [[nodiscard]] std::size_t entries() const
    {
        std::size_t count = 0;
        for (const auto& log : logs) {
            count += log->seen().size();
        }
        return count;
    }

    static std::vector<std::shared_ptr<ShardLog>> make_logs(std::uint32_t shards)
    {
        std::vector<std::shared_ptr<ShardLog>> made;
        for (std::uint32_t shard = 0; shard < shards; ++shard) {
            made.push_back(std::make_shared<ShardLog>());
        }
        return made;
    }

private:
    [[nodiscard]] std::vector<std::unique_ptr<ShardConsumer>> consumers() const
    {
        std::vector<std::unique_ptr<ShardConsumer>> made;
        for (const auto& log : logs) {
            made.push_back(std::make_unique<RecordingConsumer>(log));
        }
        return made;
    }
};

inline telemetry::Record record(std::uint64_t racer, std::uint32_t second, std::string_view name = "Hubert")
{
    telemetry::Record made;
    made.second = second;
    made.race_id = RaceId{5400802};
    made.racer_id = RacerId{racer};
    made.class_id = ClassId{1};
    made.cadence = 85;
    made.resistance = 31;
    made.name = name;
    return made;
}

/// The text from which a door reads `record`.
inline std::string text_of(const telemetry::Record& record)
{
    std::string text = R"({"event":")";
    text.append(record.event == telemetry::Event::Final ? "final" : "update");
    append_number(text.append(R"(","deviceTimestamp":1620240672076,"second":)"), std::uint64_t{record.second});
    text.append(R"(,"raceId":)").append(std::to_string(raw(record.race_id)));
    append_string(text.append(R"(,"name":)"), record.name);
    text.append(R"(,"racerId":)").append(std::to_string(raw(record.racer_id)));
    text.append(R"(,"classId":)").append(std::to_string(raw(record.class_id)));
    append_number(text.append(R"(,"cadence":)"), record.cadence);
    append_number(text.append(R"(,"resistance":)"), record.resistance);
    return text.append("}");
}

[[nodiscard]] inline Appended push(Producer& producer, const telemetry::Record& record, std::string_view text,
                                   std::string_view key)
{
    NewRecord added;
    added.partition_key = key;
    added.data = text;
    added.record = &record;
    return producer.try_append(added);
}

/// The same, with the racer's id for a key.
[[nodiscard]] inline Appended push(Producer& producer, const telemetry::Record& record, std::string_view text)
{
    return push(producer, record, text, std::to_string(raw(record.racer_id)));
}

/// The same, with a text of its own.
[[nodiscard]] inline bool push(Producer& producer, const telemetry::Record& record)
{
    return static_cast<bool>(push(producer, record, text_of(record)));
}

}  // namespace alleycat::stream
