#include "replay.hpp"

#include "entry_frame.hpp"

#include <alleycat/commitlog/log_reader.hpp>
#include <alleycat/commitlog/set_aside.hpp>

#include <spdlog/spdlog.h>

#include <thread>

namespace alleycat::stream {

namespace {

constexpr std::uint64_t kBatch = 256;                        // records between two looks at the consumer's room
constexpr auto kReplayRetry = std::chrono::milliseconds(2);  // while it has none

}  // namespace

Replay::Replay(const LogSettings& settings, ShardId shard, const commitlog::CommitLog& log, ShardConsumer& consumer,
               std::function<bool()> given_up, std::atomic<std::int64_t>& arrival_ms)
    : disk_(*settings.disk),
      shard_(shard),
      log_(log),
      consumer_(consumer),
      given_up_(std::move(given_up)),
      arrival_ms_(arrival_ms),
      reader_(settings.limits)
{
}

Result<void> Replay::run()
{
    commitlog::LogReader log(disk_, shard_, log_.segments(), consumer_.position(),
                             [this](const auto& region) { on_damage(region); });
    for (;;) {
        const auto record = log.next();
        if (!record) {
            return record.error();
        }
        if (!*record) {
            break;
        }
        arrival_ms_.store((*record)->arrival_ms, std::memory_order_relaxed);
        if (records_ % kBatch == 0 && !wait_for_room()) {
            return boost::system::errc::make_error_code(boost::system::errc::operation_canceled);
        }
        take(**record);
        ++records_;
    }
    consumer_.end_replay();
    static_cast<void>(consumer_.end_batch(std::chrono::steady_clock::now()));
    return {};
}

bool Replay::wait_for_room()
{
    while (!given_up_()) {
        now_ = std::chrono::steady_clock::now();
        static_cast<void>(consumer_.end_batch(now_));
        if (consumer_.ready(now_)) {
            return true;
        }
        std::this_thread::sleep_for(kReplayRetry);
    }
    return false;
}

/// Decodes the data as its door did; a limit may have changed since.
void Replay::take(const commitlog::LogRecord& record)
{
    payload_.assign(record.data).append(telemetry::RecordReader::kPadding, '\0');
    const auto item = reader_.read_one(std::string_view(payload_).substr(0, record.data.size()));
    const bool valid = item == telemetry::RecordReader::Item::Record && !record.refused;
    auto entry = valid ? entry_of(reader_.record()) : Entry{};
    entry.sequence = record.sequence;
    entry.arrival_ms = record.arrival_ms;
    entry.replayed = true;
    entry.partition_key = record.partition_key;
    entry.data = record.data;
    if (valid) {
        entry.verdict = record.verdict;
        consumer_.consume(entry, now_);
    } else if (item == telemetry::RecordReader::Item::Record) {  // the limits are the widest here
        consumer_.refuse(entry, {Errc::OutOfRange, "record: was refused when it came, by the limits of that time", {}},
                         now_);
    } else {
        consumer_.refuse(entry, reader_.rejection(), now_);
    }
}

void Replay::on_damage(const commitlog::DamagedRegion& region)
{
    ++damaged_;
    const auto copy = commitlog::set_aside(disk_, region);
    spdlog::error("log: shard {}: {} bytes of {} from offset {} hold no valid record and are skipped; {}", raw(shard_),
                  region.bytes, region.path.string(), region.offset,
                  copy ? "a copy is in " + copy->string() : "they cannot be copied: " + copy.error().message());
}

}  // namespace alleycat::stream
