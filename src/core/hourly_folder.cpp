#include <alleycat/core/directory.hpp>
#include <alleycat/core/hourly_folder.hpp>
#include <alleycat/core/replacement_file.hpp>

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>
#include <vector>

namespace alleycat {

namespace fs = std::filesystem;

namespace {

std::tm utc(SystemTime time)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return fmt::gmtime(static_cast<std::time_t>(seconds));
}

bool is_number(const std::string& name, std::size_t digits)
{
    return name.size() == digits && name.find_first_not_of("0123456789") == std::string::npos;
}

/// The folders in `directory` whose names are numbers of so many digits, in order.
std::vector<fs::path> numbered(const fs::path& directory, std::size_t digits)
{
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        if (is_number(entry->path().filename().string(), digits) && entry->is_directory(error)) {
            found.push_back(entry->path());
        }
    }
    std::ranges::sort(found);
    return found;
}

struct StoredFile {
    fs::path path;
    std::uint64_t bytes{0};
};

/// By name, which begins alike and goes on with the time.
std::vector<StoredFile> files_in(const fs::path& hour)
{
    std::vector<StoredFile> files;
    std::error_code error;
    for (fs::directory_iterator entry(hour, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code unreadable;
        const auto size = entry->is_regular_file(unreadable) ? entry->file_size(unreadable) : 0;
        if (!unreadable) {
            files.push_back({entry->path(), size});
        }
    }
    std::ranges::sort(files, {}, &StoredFile::path);
    return files;
}

/// The hour, and the day, month and year above it where they hold nothing else.
void remove_if_empty(fs::path hour)
{
    std::error_code error;
    for (int levels = 0; levels < 4 && fs::remove(hour, error) && !error; ++levels) {
        hour = hour.parent_path();
    }
}

}  // namespace

Result<fs::path> HourlyFolder::store(SystemTime at, const Name& name, std::span<const std::string_view> parts)
{
    const auto time = utc(at);
    const auto hour = directory_ / fmt::format("{:%Y/%m/%d/%H}", time);
    std::error_code error;
    if (hour != made_ || !fs::is_directory(hour, error)) {
        if (const auto made = make_directory(hour); !made) {
            return made.error();
        }
        made_ = hour;
    }
    auto path = hour / fmt::format("{}-{:%Y-%m-%d-%H-%M-%S}-{}{}", name.stem, time, name.id, name.ending);
    auto file = ReplacementFile::create(path);
    if (!file) {
        return file.error();
    }
    if (const auto written = file->write(parts); !written) {
        return written.error();
    }
    const auto committed = file->commit();
    return committed ? Result<fs::path>(std::move(path)) : committed.error();
}

std::vector<fs::path> HourlyFolder::hours() const
{
    std::vector<fs::path> found;
    for (const auto& year : numbered(directory_, 4)) {
        for (const auto& month : numbered(year, 2)) {
            for (const auto& day : numbered(month, 2)) {
                std::ranges::move(numbered(day, 2), std::back_inserter(found));
            }
        }
    }
    return found;
}

HourlyFolder::Removed HourlyFolder::remove_expired(SystemTime now, const Limits& limits) const
{
    const auto oldest = directory_ / fmt::format("{:%Y/%m/%d/%H}", utc(now - limits.age));
    const auto all = hours();
    std::uint64_t total = 0;
    for (const auto& hour : all) {
        for (const auto& file : files_in(hour)) {
            total += file.bytes;
        }
    }
    Removed removed;
    for (const auto& hour : all) {
        if (hour >= oldest && total <= limits.bytes) {
            break;
        }
        for (const auto& file : files_in(hour)) {
            std::error_code error;
            if ((hour < oldest || total > limits.bytes) && fs::remove(file.path, error)) {
                total -= std::min(total, file.bytes);
                ++removed.files;
                removed.bytes += file.bytes;
            }
        }
        remove_if_empty(hour);
    }
    return removed;
}

}  // namespace alleycat
