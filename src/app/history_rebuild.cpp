#include "history_rebuild.hpp"

#include "room_options.hpp"
#include "storage_lock.hpp"

#include <alleycat/archive/line_file.hpp>
#include <alleycat/commitlog/commit_log.hpp>
#include <alleycat/commitlog/log_reader.hpp>
#include <alleycat/core/directory.hpp>
#include <alleycat/core/erased_racers.hpp>
#include <alleycat/core/unique_fd.hpp>
#include <alleycat/delivery/record_line.hpp>
#include <alleycat/results/result_reader.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>

namespace alleycat::app {

namespace {

namespace fs = std::filesystem;
using telemetry::RecordReader;

constexpr std::size_t kMergeSamples = 64 * 1024;

std::string file_name(ClassId id)
{
    return fmt::format("class-{}.gz", raw(id));
}

/// A store in a folder of its own, so that until the last moment the old files stand where they stood.
history::HistoryStore::Options scratch_options(const Config& config)
{
    auto options = history_options(config);
    options.directory = config.storage.directory / "history.rebuilding";
    return options;
}

bool is_readable(const Config& config, ClassId id)
{
    auto alone = history_options(config);
    alone.classes = {id};
    try {
        static_cast<void>(history::HistoryStore(alone));
        return true;
    } catch (const std::runtime_error& unreadable) {
        spdlog::warn("{}", unreadable.what());
        return false;
    }
}

/// Puts copies of the history files that can be read into the scratch folder; returns which cannot.
std::vector<ClassId> prepare_scratch(const Config& config, bool fresh)
{
    const auto from = history_options(config).directory;
    const auto scratch = scratch_options(config).directory;
    fs::remove_all(scratch);
    fs::create_directories(scratch);
    std::vector<ClassId> left_out;
    for (const auto id : class_ids(config)) {
        const auto path = from / file_name(id);
        if (!fs::exists(path)) {
            continue;
        }
        if (const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); !file) {
            throw std::runtime_error(fmt::format("{}: {}", path.string(), last_system_error().message()));
        }
        if (fresh || !is_readable(config, id)) {
            left_out.push_back(id);
        } else {
            fs::copy_file(path, scratch / file_name(id));
        }
    }
    return left_out;
}

void move_aside(const fs::path& path)
{
    auto aside = path;
    for (int number = 1; aside == path || fs::exists(aside); ++number) {
        aside = path;
        aside += fmt::format(".aside-{}", number);
    }
    fs::rename(path, aside);
    spdlog::info("{} is now {}", path.string(), aside.string());
}

/// Puts the new files in the place of the old ones; those that were left out stay under another name.
void put_in_place(const Config& config, const std::vector<ClassId>& left_out)
{
    const auto to = history_options(config).directory;
    const auto scratch = scratch_options(config).directory;
    fs::create_directories(to);
    for (const auto id : left_out) {
        move_aside(to / file_name(id));
    }
    for (const auto id : class_ids(config)) {
        if (fs::exists(scratch / file_name(id))) {
            fs::rename(scratch / file_name(id), to / file_name(id));
        }
    }
    if (const auto synced = sync_directory(to); !synced) {
        throw std::runtime_error(fmt::format("{}: {}", to.string(), synced.error().message()));
    }
    fs::remove_all(scratch);
}

/// Records on their way into a store.
class Merge {
public:
    explicit Merge(const Config& config) : store_(scratch_options(config)), reader_(replay_limits(config))
    {
        recall_erasures(config);
    }

    /// Lines of a delivery file, with RecordReader::kPadding bytes behind them. What output they earn is theirs to say.
    void take_lines(std::string_view payload)
    {
        reader_.start(payload);
        for (auto item = reader_.next(); item != RecordReader::Item::End; item = reader_.next()) {
            if (item != RecordReader::Item::Record) {
                ++refused_;
                continue;
            }
            add(reader_.record(), delivery::output_of(reader_.record_text()));
        }
    }

    /// A record of the log, likewise padded.
    void take_one(std::string_view data, bool refused, std::int64_t arrival_ms)
    {
        if (refused || reader_.read_one(data) != RecordReader::Item::Record) {
            ++refused_;
            return;
        }
        if (!erased_.erased(reader_.record().racer_id, arrival_ms)) {
            add(reader_.record(), std::nullopt);
        }
    }

    /// Throws std::runtime_error where a file cannot be written.
    void finish()
    {
        merge();
        if (const auto written = store_.flush_all(); !written) {
            throw std::runtime_error("the history cannot be written: " + written.error().message());
        }
        std::printf("%llu records read, %llu of them no valid records, %llu better than what was known\n",
                    static_cast<unsigned long long>(records_ + refused_), static_cast<unsigned long long>(refused_),
                    static_cast<unsigned long long>(better_));
    }

private:
    /// The log still has what was erased everywhere else.
    void recall_erasures(const Config& config)
    {
        const auto path = database_path(config);
        if (!fs::exists(path)) {
            return;
        }
        const auto erasures = results::ResultReader(path).erasures();
        if (!erasures) {
            throw std::runtime_error(fmt::format("{}: {}", path.string(), erasures.error().message()));
        }
        for (const auto& erasure : *erasures) {
            erased_.add(erasure.racer_id, erasure.asked_ms);
        }
    }

    void add(const telemetry::Record& record, std::optional<double> output)
    {
        samples_.push_back({record.class_id, record.second, record.racer_id,
                            output.value_or(telemetry::output(record.cadence, record.resistance))});
        ++records_;
        if (samples_.size() >= kMergeSamples) {
            merge();
        }
    }

    void merge()
    {
        better_ += store_.merge(samples_);
        samples_.clear();
    }

    history::HistoryStore store_;
    RecordReader reader_;
    ErasedRacers erased_;
    std::vector<telemetry::Sample> samples_;
    std::uint64_t records_{0};
    std::uint64_t refused_{0};
    std::uint64_t better_{0};
};

/// False where a part could not be read.
bool take_shard(const Config& config, ShardId shard, Merge& merge)
{
    const auto directory = stream::log_directory(log_directory(config), shard);
    if (!fs::exists(directory)) {
        return true;
    }
    auto& disk = commitlog::system_disk();
    bool good = true;
    commitlog::LogReader reader(disk, shard, commitlog::read_contents(disk, directory, shard).segments, 0,
                                [&good](const commitlog::DamagedRegion& region) {
                                    good = false;
                                    spdlog::error("{}: {} bytes from offset {} hold no valid record",
                                                  region.path.string(), region.bytes, region.offset);
                                });
    std::string payload;
    for (;;) {
        const auto record = reader.next();
        if (!record) {
            spdlog::error("{}: {}", directory.string(), record.error().message());
            return false;
        }
        if (!*record) {
            return good;
        }
        if ((*record)->verdict.held()) {
            continue;  // where it was released since, it stands in the log once more
        }
        payload.assign((*record)->data).append(RecordReader::kPadding, '\0');
        merge.take_one(std::string_view(payload).substr(0, (*record)->data.size()), (*record)->refused,
                       (*record)->arrival_ms);
    }
}

bool take_delivery_file(const fs::path& path, Merge& merge)
{
    auto file = archive::LineFile::open(path, archive::LineFile::Kind::Gzip);
    for (;;) {
        const auto lines = file ? file->next() : file.error();
        if (!lines) {
            spdlog::error("{}: {}", path.string(), lines.error().message());
            return false;
        }
        if (lines->empty()) {
            return true;
        }
        merge.take_lines(*lines);
    }
}

bool take_delivery_files(const Config& config, Merge& merge)
{
    const auto directory = config.storage.directory / "delivery";
    if (!fs::exists(directory)) {
        return true;
    }
    bool good = true;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        const bool failures = entry.path().string().find("/processing-failed/") != std::string::npos;
        if (entry.is_regular_file() && entry.path().extension() == ".gz" && !failures) {
            good = take_delivery_file(entry.path(), merge) && good;
        }
    }
    return good;
}

}  // namespace

int rebuild_history(const Config& config, const RebuildOptions& options)
{
    const StorageLock lock(config.storage.directory);
    const auto left_out = prepare_scratch(config, options.fresh);
    bool good = true;
    {
        Merge merge(config);
        if (options.from != "delivery") {
            for (std::uint32_t shard = 0; shard < shards_of(config); ++shard) {
                good = take_shard(config, ShardId{shard}, merge) && good;
            }
        }
        if (options.from != "log") {
            good = take_delivery_files(config, merge) && good;
        }
        merge.finish();
    }
    put_in_place(config, left_out);
    return good ? 0 : 1;
}

}  // namespace alleycat::app
