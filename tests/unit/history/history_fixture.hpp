#pragma once

#include "temporary_directory.hpp"

#define ZLIB_CONST
#include <alleycat/core/json_text.hpp>
#include <alleycat/history/history_store.hpp>
#include <alleycat/telemetry/record.hpp>

#include <catch2/catch.hpp>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace alleycat::history {

using telemetry::Sample;

inline Sample sample(std::uint32_t second, std::uint64_t racer, double output, std::uint32_t class_id = 1)
{
    return {ClassId{class_id}, second, RacerId{racer}, output};
}

/// The history as anyone would write it down first: the answer that the real one is held against.
struct NaiveHistory {
    std::map<std::uint32_t, std::map<std::uint64_t, double>> seconds;

    void merge(std::span<const Sample> samples)
    {
        for (const auto& each : samples) {
            const auto [at, added] = seconds[each.second].try_emplace(raw(each.racer_id), each.output);
            if (!added && each.output > at->second) {
                at->second = each.output;
            }
        }
    }

    std::size_t erase(RacerId racer)
    {
        std::size_t erased = 0;
        for (auto& [second, racers] : seconds) {
            erased += racers.erase(raw(racer));
        }
        std::erase_if(seconds, [](const auto& each) { return each.second.empty(); });
        return erased;
    }

    [[nodiscard]] std::string text() const
    {
        std::string out = "{";
        for (const auto& [second, racers] : seconds) {
            out += (out.size() > 1 ? ",\"" : "\"") + std::to_string(second) + "\":{";
            bool first = true;
            for (const auto& [racer, output] : racers) {
                out += (first ? "\"" : ",\"") + std::to_string(racer) + "\":";
                append_number(out, output);
                first = false;
            }
            out += "}";
        }
        return out + "}";
    }
};

/// Repeatable samples of class 1 with many ties: outputs are quarters.
class RandomSamples {
public:
    RandomSamples(unsigned seed, std::uint32_t seconds, std::uint64_t racers)
        : random_(seed), second_(1, seconds), racer_(0, racers - 1)
    {
    }

    std::vector<Sample> take(std::size_t count)
    {
        std::vector<Sample> samples;
        for (std::size_t n = 0; n < count; ++n) {
            samples.push_back(sample(second_(random_), racer_(random_) * 7919 % 100'003, quarter_(random_) / 4.0));
        }
        return samples;
    }

    std::mt19937& random() { return random_; }

private:
    std::mt19937 random_;
    std::uniform_int_distribution<std::uint32_t> second_;
    std::uniform_int_distribution<std::uint64_t> racer_;
    std::uniform_int_distribution<int> quarter_{91, 400};
};

/// Unzips with zlib itself; fails unless `gzip` is exactly one member.
inline std::string unzip_one_member(std::string_view gzip)
{
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK);
    stream.next_in = reinterpret_cast<const Bytef*>(gzip.data());
    stream.avail_in = static_cast<uInt>(gzip.size());
    std::string text;
    std::string chunk(65'536, '\0');
    int code = Z_OK;
    while (code == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
        stream.avail_out = static_cast<uInt>(chunk.size());
        code = inflate(&stream, Z_NO_FLUSH);
        text.append(chunk, 0, chunk.size() - stream.avail_out);
    }
    const auto behind = stream.avail_in;
    inflateEnd(&stream);
    REQUIRE(code == Z_STREAM_END);
    REQUIRE(behind == 0);
    return text;
}

/// A gzip file as any other program writes one.
inline std::string zip(std::string_view text)
{
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string gzip(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<const Bytef*>(text.data());
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(gzip.data());
    stream.avail_out = static_cast<uInt>(gzip.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    gzip.resize(gzip.size() - stream.avail_out);
    deflateEnd(&stream);
    return gzip;
}

inline std::string read_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::filesystem::path& path, std::string_view bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

inline std::size_t merge(HistoryStore& store, std::vector<Sample> samples)
{
    return store.merge(samples);
}

/// A store in a directory of its own, under a clock that only the test moves.
struct StoreFixture {
    using TimePoint = HistoryStore::TimePoint;
    static constexpr int kClasses = 2;

    TemporaryDirectory directory;
    TimePoint now{std::chrono::hours(1)};
    std::chrono::milliseconds work{0};  // passes between two looks at the clock: what a flush takes

    [[nodiscard]] HistoryStore::Options options()
    {
        HistoryStore::Options options;
        options.directory = directory.path();
        options.classes = {ClassId{1}, ClassId{2}};
        options.clock = [this] {
            const auto read = now;
            now += work;
            return read;
        };
        return options;
    }
    [[nodiscard]] std::filesystem::path path(std::uint32_t id = 1) const
    {
        return directory.path() / ("class-" + std::to_string(id) + ".gz");
    }
    [[nodiscard]] std::string text(std::uint32_t id = 1) const { return unzip_one_member(read_file(path(id))); }

    /// Flushes at every moment the store asks for, until nothing is left to do. Returns how many flushes that took.
    int flush_until_idle(HistoryStore& store)
    {
        int flushes = 0;
        for (; store.next_due() != TimePoint::max(); ++flushes) {
            now = std::max(now, store.next_due());
            REQUIRE(store.flush(now));
        }
        return flushes;
    }
};

}  // namespace alleycat::history
