#pragma once

#include "temporary_directory.hpp"

#include <alleycat/archive/line_file.hpp>
#include <alleycat/archive/ride.hpp>
#include <alleycat/core/base64.hpp>
#include <alleycat/core/hourly_folder.hpp>
#include <alleycat/core/json_text.hpp>
#include <alleycat/delivery/file_span.hpp>
#include <alleycat/delivery/gzip_writer.hpp>
#include <alleycat/telemetry/record_reader.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace alleycat::archive {

inline std::string read_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::filesystem::path& path, std::string_view bytes)
{
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
}

/// Path below `directory` → bytes, of all regular files.
inline std::map<std::string, std::string> tree(const std::filesystem::path& directory)
{
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (entry.is_regular_file()) {
            files[std::filesystem::relative(entry.path(), directory).string()] = read_file(entry.path());
        }
    }
    return files;
}

inline std::string zip(std::string_view text)
{
    delivery::GzipWriter writer;
    writer.start();
    writer.append(text);
    return std::string(writer.finish());
}

/// The whole text of a file, as LineFile gives it.
inline Result<std::string> text_in(const std::filesystem::path& path, LineFile::Kind kind = LineFile::Kind::Gzip)
{
    auto file = LineFile::open(path, kind);
    std::string text;
    while (file) {
        const auto lines = file->next();
        if (!lines) {
            return lines.error();
        }
        if (lines->empty()) {
            return text;
        }
        text.append(*lines);
    }
    return file.error();
}

inline telemetry::RecordLimits record_limits()
{
    telemetry::RecordLimits limits;
    limits.classes = {ClassId{1}, ClassId{2}};
    return limits;
}

inline constexpr std::int64_t kStart = 1'620'240'000'000;  // 2021-05-05 18:40:00 UTC
inline constexpr std::int64_t kMinute = 60'000;
inline constexpr std::int64_t kRace = 5'400'800;
inline const RideQuery kQuery{RacerId{7}, ClassId{1}, RaceId{kRace}, kStart, kStart + 5 * kMinute};

/// One record in the making; as a bike sends it, or as an object has it.
struct RecordText {
    std::uint64_t racer{7};
    std::uint32_t second{1};
    double cadence{80};
    double resistance{50};
    std::int64_t race{kRace};
    std::uint32_t class_id{1};
    std::string name{"Hubert"};
    std::string event{"update"};
    std::string more{};  // members, each with a comma in front

    operator std::string() const  // NOLINT(google-explicit-constructor)
    {
        std::string text = R"({"event":")" + event + R"(","deviceTimestamp":)";
        append_number(text, kStart + 1'000 * std::int64_t{second});
        text += R"(,"second":)" + std::to_string(second) + R"(,"raceId":)" + std::to_string(race) + R"(,"name":)";
        append_string(text, name);
        text += R"(,"racerId":)" + std::to_string(racer) + R"(,"classId":)" + std::to_string(class_id);
        append_number(text.append(R"(,"cadence":)"), cadence);
        append_number(text.append(R"(,"resistance":)"), resistance);
        return text + more + "}";
    }
};

/// Stores a delivery object of these lines; returns its path.
inline std::filesystem::path store_object(const std::filesystem::path& directory, std::int64_t at_ms,
                                          const delivery::FileSpan& span, const std::vector<std::string>& lines)
{
    std::string text;
    for (const auto& line : lines) {
        text += line + "\n";
    }
    const auto gzip = zip(text);
    const std::string_view part = gzip;
    HourlyFolder folder(directory);
    return folder
        .store(SystemTime(std::chrono::milliseconds(at_ms)), {"alleycat-1", delivery::file_id(span), ".gz"}, {&part, 1})
        .value();
}

}  // namespace alleycat::archive
