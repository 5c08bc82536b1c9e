#pragma once

#include "temporary_directory.hpp"

#include <alleycat/delivery/transform.hpp>

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace alleycat::delivery {

using Lines = std::vector<std::string>;

inline Lines lines_of(const std::string& text)
{
    Lines lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// The lines of a file, gzip or not, as anyone would read it.
inline Lines lines_in(const std::filesystem::path& path)
{
    const gzFile file = gzopen(path.c_str(), "rb");
    std::string text;
    char chunk[65'536];
    for (int count = 0; (count = gzread(file, chunk, sizeof chunk)) > 0;) {
        text.append(chunk, static_cast<std::size_t>(count));
    }
    const bool whole = gzclose(file) == Z_OK;
    return whole && (text.empty() || text.back() == '\n') ? lines_of(text) : Lines{"not a whole file"};
}

inline telemetry::RecordLimits record_limits()
{
    telemetry::RecordLimits limits;
    limits.classes = {ClassId{1}, ClassId{2}};
    return limits;
}

/// A record as a bike sends it, without its last brace.
inline std::string record_start(std::uint64_t racer, std::uint32_t second = 57)
{
    return R"({"event":"update","deviceTimestamp":1620240000000,"second":)" + std::to_string(second) +
           R"(,"raceId":5,"name":"Hubert","racerId":)" + std::to_string(racer) +
           R"(,"classId":1,"cadence":80,"resistance":50)";
}
inline std::string record_text(std::uint64_t racer, std::uint32_t second = 57)
{
    return record_start(racer, second) + "}";
}
inline constexpr double kOutput = 132.25;  // of such a record, by the formula

inline telemetry::Sample sample(std::uint64_t racer, double output = kOutput, std::uint32_t second = 57)
{
    return {ClassId{1}, second, RacerId{racer}, output};
}

inline constexpr std::int64_t kArrival = 1'620'240'672'076;  // 2021-05-05 18:51:12 UTC

/// A window in the making.
struct WindowMaker {
    explicit WindowMaker(std::uint32_t shard = 0) : windower(ShardId{shard}, {}) {}

    WindowMaker& add_text(std::uint64_t sequence, const std::string& data, bool replayed = false)
    {
        windower.add({sequence, kArrival + static_cast<std::int64_t>(sequence), replayed, "key", data},
                     sample(sequence), SteadyTime{});
        return *this;
    }
    /// Whose racer has the sequence number for its id.
    WindowMaker& add(std::uint64_t sequence) { return add_text(sequence, record_text(sequence)); }
    WindowMaker& add_replayed(std::uint64_t sequence) { return add_text(sequence, record_text(sequence), true); }
    WindowMaker& add_invalid(std::uint64_t sequence, const std::string& data = "junk", bool replayed = false)
    {
        windower.add({sequence, kArrival + static_cast<std::int64_t>(sequence), replayed, "key", data},
                     telemetry::Rejection{Errc::InvalidJson, "record: is \"junk\"", ""}, SteadyTime{});
        return *this;
    }
    /// What was added since the last call.
    Window take()
    {
        auto window = std::move(windower.window());
        windower.restart();
        return window;
    }

    Windower windower;
};

/// What a transform said, as words: "ok 7 132.25 {…}", "dropped 7", "failed 7 code".
class SeenOutcomes final : public Outcomes {
public:
    void ok(const Window::Record& record, std::string_view line, const telemetry::Sample& made) override
    {
        std::ostringstream word;
        word << "ok " << record.sequence << ' ' << made.output << ' ' << line;
        words.push_back(word.str());
        samples.push_back(made);
    }
    void dropped(const Window::Record& record) override
    {
        words.push_back("dropped " + std::to_string(record.sequence));
    }
    void failed(const Window::Record& record, const Failure& failure) override
    {
        words.push_back("failed " + std::to_string(record.sequence) + " " + std::string(failure.code));
        failures.push_back(failure);
    }

    Lines words;
    std::vector<telemetry::Sample> samples;
    std::vector<Failure> failures;
};

}  // namespace alleycat::delivery
