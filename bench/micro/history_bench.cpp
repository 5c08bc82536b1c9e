// What the history costs: the rebuilding of pieces, the writing of files, the merging of samples.
// Every answer is checked before it is timed. One JSON line a figure.
#include <alleycat/history/gunzip.hpp>
#include <alleycat/history/gzip_pieces.hpp>
#include <alleycat/history/history_store.hpp>
#include <alleycat/history/history_text.hpp>
#include <alleycat/history/top_of_seconds.hpp>

#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>

namespace {

using namespace alleycat;
using namespace alleycat::history;
using telemetry::Sample;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kSeconds = 300;
constexpr std::size_t kWindow = 5'000;  // records of a window: 1 MB of about 200 bytes each

void require(bool right, const char* claim)
{
    if (!right) {
        throw std::runtime_error(std::string("wrong: ") + claim);
    }
}

double ms_since(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// One race: at each second each racer sends what the formula makes of a cadence and a resistance.
std::vector<Sample> race(std::uint64_t racers)
{
    std::mt19937_64 random(7);
    std::uniform_int_distribution<int> cadence(50, 120);
    std::uniform_int_distribution<int> resistance(0, 100);
    std::vector<Sample> samples;
    samples.reserve(racers * kSeconds);
    for (std::uint32_t second = 1; second <= kSeconds; ++second) {
        for (std::uint64_t racer = 0; racer < racers; ++racer) {
            const double output = telemetry::output(cadence(random), resistance(random));
            samples.push_back({ClassId{1}, second, RacerId{racer}, output});
        }
    }
    return samples;
}

std::string unzip(std::string_view gzip)
{
    Gunzip gunzip(gzip);
    std::string text;
    std::string chunk(std::size_t{1} << 20, '\0');
    while (const auto count = gunzip.read(chunk).value()) {
        text.append(chunk, 0, count);
    }
    return text;
}

std::string joined(const GzipPieces& pieces)
{
    std::string file;
    file.reserve(pieces.size_bytes());
    for (const auto part : pieces.parts()) {
        file.append(part);
    }
    return file;
}

class TemporaryDirectory {
public:
    TemporaryDirectory()
    {
        auto name = (std::filesystem::current_path() / "history-bench-XXXXXX").string();
        require(::mkdtemp(name.data()) != nullptr, "a directory can be made here");
        path_ = name;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

HistoryStore::Options options_in(const TemporaryDirectory& directory)
{
    HistoryStore::Options options;
    options.directory = directory.path();
    options.classes = {ClassId{1}};
    return options;
}

std::vector<std::uint32_t> spread_seconds(std::uint32_t count)
{
    std::vector<std::uint32_t> seconds;
    for (std::uint32_t n = 0; n < count; ++n) {
        seconds.push_back(1 + n * (kSeconds / count));
    }
    return seconds;
}

/// A second is changed by one record that beats all before.
std::vector<Sample> beat(const std::vector<std::uint32_t>& seconds, double output)
{
    std::vector<Sample> samples;
    for (const auto second : seconds) {
        samples.push_back({ClassId{1}, second, RacerId{second}, output});
    }
    return samples;
}

constexpr std::uint32_t kChanged[] = {1, 10, 100, kSeconds};

/// (a) without the disk: compressing the changed seconds of pieces that are otherwise kept.
void bench_pieces(std::uint64_t racers, const std::vector<Sample>& samples, int rounds)
{
    BestTable table(kSeconds);
    table.merge(samples);
    GzipPieces pieces(kSeconds);
    pieces.update(*table.snapshot(), table.take_changed());
    require(unzip(joined(pieces)) == history_text(*table.snapshot()), "pieces unzip to the text");

    std::vector<double> times[4];
    double output = 1'000;
    for (int round = 0; round < rounds; ++round) {
        for (int kind = 0; kind < 4; ++kind) {
            table.merge(beat(spread_seconds(kChanged[kind]), output += 1));
            const auto bests = table.snapshot();
            const auto changed = table.take_changed();
            require(changed.size() == kChanged[kind], "so many seconds changed");
            const auto start = Clock::now();
            pieces.update(*bests, changed);
            times[kind].push_back(ms_since(start));
        }
    }
    for (int kind = 0; kind < 4; ++kind) {
        std::printf(R"({"bench":"history.rebuild","racers":%llu,"seconds":%u,"changed":%u,"rounds":%d,"ms":%.3f})"
                    "\n",
                    static_cast<unsigned long long>(racers), kSeconds, kChanged[kind], rounds, median(times[kind]));
    }
    std::printf(
        R"({"bench":"history.rebuild_ratio","racers":%llu,"full_over_one":%.1f,"raw_bytes":%llu,"gzip_bytes":%llu})"
        "\n",
        static_cast<unsigned long long>(racers), median(times[3]) / median(times[0]),
        static_cast<unsigned long long>(pieces.unzipped_bytes()), static_cast<unsigned long long>(pieces.size_bytes()));
}

/// (a) with the disk: the same through the store, file and fsyncs included.
void bench_flush(std::uint64_t racers, const std::vector<Sample>& samples, int rounds)
{
    const TemporaryDirectory directory;
    HistoryStore store(options_in(directory));
    store.merge(samples);
    store.flush_all().value();

    std::vector<double> times[4];
    double output = 1'000;
    for (int round = 0; round < rounds; ++round) {
        for (int kind = 0; kind < 4; ++kind) {
            require(store.merge(beat(spread_seconds(kChanged[kind]), output += 1)) == kChanged[kind], "all are kept");
            const auto start = Clock::now();
            store.flush_all().value();
            times[kind].push_back(ms_since(start));
        }
    }
    const HistoryStore reloaded(options_in(directory));
    require(history_text(*reloaded.bests(ClassId{1})) == history_text(*store.bests(ClassId{1})), "the file reads back");
    for (int kind = 0; kind < 4; ++kind) {
        std::printf(R"({"bench":"history.flush","racers":%llu,"seconds":%u,"changed":%u,"rounds":%d,"ms":%.3f})"
                    "\n",
                    static_cast<unsigned long long>(racers), kSeconds, kChanged[kind], rounds, median(times[kind]));
    }
}

void merge_in_windows(const std::vector<Sample>& samples, const auto& merge)
{
    for (std::size_t from = 0; from < samples.size(); from += kWindow) {
        merge(std::span(samples).subspan(from, std::min(kWindow, samples.size() - from)));
    }
}

/// The merge alone: all samples new, then none better.
void bench_merge(std::uint64_t racers, const std::vector<Sample>& samples)
{
    const TemporaryDirectory directory;
    HistoryStore store(options_in(directory));
    std::size_t kept = 0;
    double ns[2];
    for (auto& each : ns) {
        const auto start = Clock::now();
        merge_in_windows(samples, [&](auto window) { kept += store.merge(window); });
        each = ms_since(start) * 1e6 / static_cast<double>(samples.size());
    }
    require(kept == samples.size(), "each sample is kept once");
    std::printf(
        R"({"bench":"history.merge","racers":%llu,"samples":%zu,"window":%zu,"ns_all_kept":%.1f,"ns_none_kept":%.1f})"
        "\n",
        static_cast<unsigned long long>(racers), samples.size(), kWindow, ns[0], ns[1]);
}

/// The naive answer to `?top=`: each second sorted.
std::string sorted_top(const ClassBests& bests, std::size_t top)
{
    std::string text = "{";
    for (std::uint32_t second = 1; second <= bests.last_second(); ++second) {
        std::vector<RacerOutput> rows;
        for (const auto& [racer, slot] : bests.racers().ascending) {
            rows.push_back({racer, bests.at(second)->at(slot)});
        }
        std::ranges::stable_sort(rows, std::ranges::greater(), &RacerOutput::output);
        rows.resize(std::min(rows.size(), top));
        std::ranges::sort(rows, {}, &RacerOutput::racer);
        append_second(text.append(second > 1 ? "," : ""), second, rows);
    }
    return text.append("}");
}

/// Parts of a history: the best of each second, of seconds never looked at and of 60 that changed, and two racers.
void bench_parts(std::uint64_t racers, const std::vector<Sample>& samples, int rounds)
{
    constexpr std::size_t kTop = 50;
    BestTable table(kSeconds);
    table.merge(samples);
    TopOfSeconds kept;
    std::vector<double> times[4];
    double output = 1'000;
    for (int round = 0; round < rounds; ++round) {
        const auto time = [&times](int kind, const auto& make) {
            const auto start = Clock::now();
            std::string text = make();
            times[kind].push_back(ms_since(start));
            return text;
        };
        auto bests = table.snapshot();
        const auto expected = sorted_top(*bests, kTop);
        require(time(0, [&] { return TopOfSeconds().text(*bests, kTop); }) == expected, "the best of each second");
        require(kept.text(*bests, kTop) == expected, "the same again");
        table.merge(beat(spread_seconds(60), output += 1));
        bests = table.snapshot();
        require(time(1, [&] { return kept.text(*bests, kTop); }) == sorted_top(*bests, kTop), "the best after changes");
        require(time(2, [&] { return kept.text(*bests, kTop); }) == sorted_top(*bests, kTop), "and without any");
        const std::vector<RacerId> two{RacerId{7}, RacerId{racers - 1}};
        const auto part = time(3, [&] { return history_text(*bests, two); });
        require(std::ranges::count(part, '{') == kSeconds + 1, "each second has one of the two");
    }
    const char* names[] = {"top=50, cold", "top=50, 60 seconds changed", "top=50, nothing changed", "racers=2"};
    for (int kind = 0; kind < 4; ++kind) {
        std::printf(R"({"bench":"history.part","racers":%llu,"seconds":%u,"part":"%s","rounds":%d,"ms":%.3f})"
                    "\n",
                    static_cast<unsigned long long>(racers), kSeconds, names[kind], rounds, median(times[kind]));
    }
}

/// (b) 300,000 samples in windows, a flush offered after each, and the last one forced: compression and disk included.
void bench_merge_and_flush(int rounds)
{
    const auto samples = race(1'000);
    BestTable expected(kSeconds);
    expected.merge(samples);
    const auto text = history_text(*expected.snapshot());
    std::vector<double> rates;
    for (int round = 0; round < rounds; ++round) {
        const TemporaryDirectory directory;
        HistoryStore store(options_in(directory));
        const auto start = Clock::now();
        merge_in_windows(samples, [&](auto window) {
            store.merge(window);
            store.flush(Clock::now()).value();
        });
        store.flush_all().value();
        rates.push_back(static_cast<double>(samples.size()) / ms_since(start) * 1e3);
        const HistoryStore reloaded(options_in(directory));
        require(history_text(*reloaded.bests(ClassId{1})) == text, "the file holds every best");
    }
    std::printf(R"({"bench":"history.merge_and_flush","racers":1000,"samples":%zu,"window":%zu,"rounds":%d,)"
                R"("records_per_second":%.0f})"
                "\n",
                samples.size(), kWindow, rounds, median(rates));
}

}  // namespace

int main()
{
    try {
        for (const std::uint64_t racers : {1'000U, 40'000U}) {
            const auto samples = race(racers);
            bench_pieces(racers, samples, racers == 1'000 ? 9 : 5);
            bench_flush(racers, samples, racers == 1'000 ? 9 : 2);
            bench_merge(racers, samples);
            bench_parts(racers, samples, 9);
        }
        bench_merge_and_flush(9);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "history_bench: %s\n", error.what());
        return 1;
    }
    return 0;
}
