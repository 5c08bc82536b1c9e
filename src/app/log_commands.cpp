#include "log_commands.hpp"

#include "checkpoints.hpp"
#include "config_units.hpp"
#include "room_options.hpp"

#include <alleycat/commitlog/commit_log.hpp>
#include <alleycat/commitlog/log_reader.hpp>
#include <alleycat/core/json_text.hpp>
#include <alleycat/results/result_reader.hpp>

#include <boost/beast/core/detail/base64.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace alleycat::app {

namespace {

namespace base64 = boost::beast::detail::base64;

void print(const std::string& line)
{
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
}

/// A running daemon may remove a segment between the look at the directory and the look into the file.
commitlog::LogContents contents_of(const Config& config, std::uint32_t shard)
{
    constexpr int kTries = 3;
    const auto directory = stream::log_directory(log_directory(config), ShardId{shard});
    for (int tries = 1;; ++tries) {
        try {
            return commitlog::read_contents(commitlog::system_disk(), directory, ShardId{shard});
        } catch (const std::runtime_error&) {
            if (tries == kTries) {
                throw;
            }
        }
    }
}

std::vector<std::uint32_t> selected(const Config& config, const LogSelection& selection)
{
    if (selection.shard) {
        return {*selection.shard};
    }
    std::vector<std::uint32_t> shards;
    for (std::uint32_t shard = 0; shard < shards_of(config); ++shard) {
        if (std::filesystem::exists(stream::log_directory(log_directory(config), ShardId{shard}))) {
            shards.push_back(shard);
        }
    }
    return shards;
}

/// Calls `take` for each record behind `selection.after`, until it returns false, and `on_damage` for what is none.
template <class Take>
void read_log(const commitlog::LogContents& contents, std::uint32_t shard, const LogSelection& selection,
              const commitlog::LogReader::OnDamage& on_damage, Take take)
{
    commitlog::LogReader reader(commitlog::system_disk(), ShardId{shard}, contents.segments, selection.after,
                                on_damage);
    for (;;) {
        const auto record = reader.next();
        if (!record) {
            throw std::runtime_error(fmt::format("shard {}: {}", shard, record.error().message()));
        }
        if (!*record || !take(**record)) {
            return;
        }
    }
}

std::string encoded(const commitlog::LogRecord& record)
{
    if (count_characters(record.data)) {
        std::string text = R"("data":)";
        append_string(text, record.data);
        return text;
    }
    std::string text(base64::encoded_size(record.data.size()), '\0');
    text.resize(base64::encode(text.data(), record.data.data(), record.data.size()));
    return fmt::format(R"("dataBase64":"{}")", text);
}

/// Nothing where the door had nothing to say.
void append_verdict(std::string& line, Verdict verdict)
{
    if (verdict.suspect()) {
        line += R"(,"suspicions":[)";
        for (const auto each : kSuspicions) {
            if (verdict.suspicions().has(each)) {
                append_string(line.append(line.back() == '[' ? "" : ","), name(each));
            }
        }
        line += "]";
    }
    line += verdict.held() ? R"(,"held":true)" : "";
    line += verdict.released() ? R"(,"released":true)" : "";
}

/// None where there is no database yet.
Checkpoints::Positions race_positions(const Config& config, std::uint32_t shards)
{
    if (!std::filesystem::exists(database_path(config))) {
        return {};
    }
    auto checkpoint = results::ResultReader(database_path(config)).checkpoint(shards);
    if (!checkpoint) {
        throw std::runtime_error(database_path(config).string() + ": " + checkpoint.error().message());
    }
    return std::move(checkpoint->applied);
}

}  // namespace

int log_stat(const Config& config, const LogSelection& selection)
{
    const auto shards = selected(config, selection);
    const auto count = shards.empty() ? 0 : shards.back() + 1;
    const Checkpoints checkpoints(checkpoint_directory(config), count, race_positions(config, count));
    for (const auto shard : shards) {
        const auto contents = contents_of(config, shard);
        std::uint64_t bytes = 0;
        for (const auto& segment : contents.segments) {
            bytes += segment.end;
            if (selection.shard) {
                print(fmt::format(R"({{"segment":{},"path":{},"bytes":{},"firstSequence":{},"createdMs":{}}})",
                                  segment.number, quote(segment.path.string()), segment.end, segment.first_sequence,
                                  segment.created_ms));
            }
        }
        print(fmt::format(
            R"({{"shard":{},"segments":{},"bytes":{},"firstSequence":{},"lastSequence":{},"historyCheckpoint":{},)"
            R"("rankingCheckpoint":{},"tornBytes":{},"damagedRegionsInLastSegment":{}}})",
            shard, contents.segments.size(), bytes,
            contents.segments.empty() ? 0 : contents.segments.front().first_sequence, contents.last_sequence,
            checkpoints.history()[shard], checkpoints.races()[shard], contents.torn.bytes, contents.damaged.size()));
    }
    return 0;
}

int log_verify(const Config& config, const LogSelection& selection)
{
    bool damaged = false;
    for (const auto shard : selected(config, selection)) {
        const auto contents = contents_of(config, shard);
        std::uint64_t records = 0;
        std::uint64_t regions = 0;
        read_log(
            contents, shard, selection,
            [&](const commitlog::DamagedRegion& region) {
                ++regions;
                print(fmt::format(R"({{"shard":{},"damaged":{},"offset":{},"bytes":{}}})", shard,
                                  quote(region.path.string()), region.offset, region.bytes));
            },
            [&records](const commitlog::LogRecord&) {
                ++records;
                return true;
            });
        print(fmt::format(
            R"({{"shard":{},"segments":{},"records":{},"lastSequence":{},"damagedRegions":{},"tornBytes":{}}})", shard,
            contents.segments.size(), records, contents.last_sequence, regions, contents.torn.bytes));
        damaged = damaged || regions != 0;
    }
    return damaged ? 1 : 0;
}

int log_dump(const Config& config, const LogSelection& selection)
{
    const auto shard = selection.shard.value();
    auto left = selection.count;
    if (left == 0) {
        return 0;
    }
    read_log(
        contents_of(config, shard), shard, selection,
        [&](const commitlog::DamagedRegion& region) {
            std::fprintf(stderr, "%s: %llu bytes from offset %llu are damaged\n", region.path.c_str(),
                         static_cast<unsigned long long>(region.bytes), static_cast<unsigned long long>(region.offset));
        },
        [&](const commitlog::LogRecord& record) {
            std::string line =
                fmt::format(R"({{"sequence":{},"arrivalMs":{},"partitionKey":)", record.sequence, record.arrival_ms);
            append_string(line, record.partition_key);
            if (record.explicit_hash_key) {
                line += fmt::format(R"(,"explicitHashKey":"{}")", stream::to_decimal(*record.explicit_hash_key));
            }
            append_verdict(line, record.verdict);
            print(line + "," + encoded(record) + "}");
            return --left != 0;
        });
    return 0;
}

}  // namespace alleycat::app
