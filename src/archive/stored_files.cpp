#include "stored_files.hpp"

#include <alleycat/core/replacement_file.hpp>

#include <fmt/chrono.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace alleycat::archive {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kIdCharacters = 36;
constexpr std::string_view kTimeForm = "YYYY-MM-DD-HH-MM-SS";
constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kHourMs = 3'600 * kSecondMs;

/// Of text in kTimeForm.
std::optional<std::int64_t> parse_time(std::string_view text)
{
    int parts[6] = {};
    std::size_t at = 0;
    for (int part = 0; part < 6; ++part) {
        const std::size_t digits = part == 0 ? 4 : 2;
        const auto* begin = text.data() + at;
        if (std::from_chars(begin, begin + digits, parts[part]).ptr != begin + digits) {
            return std::nullopt;
        }
        at += digits + 1;
    }
    using namespace std::chrono;
    const year_month_day date{year{parts[0]}, month{static_cast<unsigned>(parts[1])},
                              day{static_cast<unsigned>(parts[2])}};
    if (!date.ok()) {
        return std::nullopt;
    }
    const auto time = sys_days(date) + hours(parts[3]) + minutes(parts[4]) + seconds(parts[5]);
    return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

fs::path hour_of(const fs::path& directory, std::int64_t ms)
{
    const auto time = std::chrono::sys_seconds(std::chrono::seconds(ms / kSecondMs));
    return directory / fmt::format("{:%Y/%m/%d/%H}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace

StoredFile stored_file(fs::path path, std::string_view ending)
{
    const auto name = path.filename().string();
    StoredFile file{std::move(path), std::nullopt, std::nullopt};
    const auto known = kTimeForm.size() + 1 + kIdCharacters + ending.size();
    if (name.size() < known || !name.ends_with(ending)) {
        return file;
    }
    const auto behind_stem = std::string_view(name).substr(name.size() - known);
    file.at_ms = parse_time(behind_stem.substr(0, kTimeForm.size()));
    file.span = delivery::parse_file_id(behind_stem.substr(kTimeForm.size() + 1, kIdCharacters));
    return file;
}

std::vector<StoredFile> files_in(const fs::path& hour, std::string_view ending)
{
    std::vector<StoredFile> files;
    std::error_code error;
    for (fs::directory_iterator entry(hour, error), end; !error && entry != end; entry.increment(error)) {
        const auto name = entry->path().filename().string();
        std::error_code gone;
        if (name.ends_with(ending) && !name.ends_with(kUnfinishedSuffix) && entry->is_regular_file(gone)) {
            files.push_back(stored_file(entry->path(), ending));
        }
    }
    std::ranges::sort(files, {}, &StoredFile::path);
    return files;
}

std::vector<StoredFile> objects_between(const fs::path& directory, std::int64_t from_ms, std::int64_t to_ms)
{
    from_ms -= kClockSlackMs;
    const auto earliest_ms = from_ms - kHourMs;
    const auto first = hour_of(directory, earliest_ms);
    const auto last = hour_of(directory, to_ms);
    std::vector<StoredFile> found;
    std::map<ShardId, std::size_t> latest;  // by shard: its last one in `found`
    for (const auto& hour : HourlyFolder(directory).hours()) {
        if (hour < first || hour > last) {
            continue;
        }
        for (auto& file : files_in(hour, kObjectEnding)) {
            if (file.at_ms && (*file.at_ms < earliest_ms || *file.at_ms > to_ms)) {
                continue;
            }
            const bool known = file.at_ms && file.span;
            const auto before = known ? latest.find(file.span->shard) : latest.end();
            if (before != latest.end() && *file.at_ms + kSecondMs <= from_ms) {
                found[before->second] = std::move(file);  // which goes on from where that one ended
            } else {
                found.push_back(std::move(file));
                if (known) {
                    latest[found.back().span->shard] = found.size() - 1;
                }
            }
        }
    }
    std::ranges::stable_sort(found, {}, &StoredFile::at_ms);
    return found;
}

}  // namespace alleycat::archive
