#pragma once

#include <alleycat/archive/ride.hpp>
#include <alleycat/core/hourly_folder.hpp>
#include <alleycat/delivery/file_span.hpp>

#include <filesystem>

namespace alleycat::archive {

// In data/delivery:
inline constexpr std::string_view kObjectEnding = ".gz";
inline constexpr std::string_view kFailuresFolder = "processing-failed";

inline constexpr std::int64_t kClockSlackMs = 60'000;  ///< doors stamp arrivals a little out of order

/// A file of an HourlyFolder, and what its name says.
struct StoredFile {
    std::filesystem::path path;
    std::optional<std::int64_t> at_ms;  ///< the time in the name: of a delivery file, when its first record arrived
    std::optional<delivery::FileSpan> span;  ///< of a delivery file
};

/// `ending`: what the name ends with behind its id.
[[nodiscard]] StoredFile stored_file(std::filesystem::path path, std::string_view ending);

/// Likewise those in one folder of an hour, by name, but for files that are still being written.
[[nodiscard]] std::vector<StoredFile> files_in(const std::filesystem::path& hour, std::string_view ending);

/// The delivery objects that may hold records which arrived from `from_ms` to `to_ms`, oldest first. A window ends
/// before the next one of its shard begins; one that nothing is known of is taken to last an hour at the most.
[[nodiscard]] std::vector<StoredFile> objects_between(const std::filesystem::path& directory, std::int64_t from_ms,
                                                      std::int64_t to_ms);

}  // namespace alleycat::archive
