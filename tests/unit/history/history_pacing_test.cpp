#include "history_fixture.hpp"

#include <alleycat/history/history_store.hpp>

#include <signal.h>
#include <sys/resource.h>

namespace alleycat::history {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr auto kNever = HistoryStore::TimePoint::max();

void merge_improving(HistoryStore& store, std::vector<Sample> samples)
{
    REQUIRE(store.merge(samples) > 0);
}

std::size_t files_in(const fs::path& directory)
{
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

/// No file of this process may grow past `bytes`, as if the disk were full there.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        old_action_ = ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &old_limit_);
        const rlimit limit{bytes, old_limit_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit()
    {
        ::setrlimit(RLIMIT_FSIZE, &old_limit_);
        ::signal(SIGXFSZ, old_action_);
    }

private:
    sighandler_t old_action_;
    rlimit old_limit_{};
};

}  // namespace

TEST_CASE("a flush that took t is followed by 9 t of rest for each class there is", "[history][pacing]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    fixture.work = milliseconds(400);
    CHECK(store.next_due() == kNever);
    merge_improving(store, {sample(1, 7, 100)});
    const auto start = fixture.now;
    CHECK(store.next_due() <= start);
    REQUIRE(store.flush(start));

    merge_improving(store, {sample(1, 7, 101)});
    const auto due = start + milliseconds(400) + StoreFixture::kClasses * milliseconds(3'600);
    CHECK(store.next_due() == due);
    REQUIRE(store.flush(due - milliseconds(1)));
    CHECK(fixture.text() == R"({"1":{"7":100}})");
    REQUIRE(store.flush(due));
    CHECK(fixture.text() == R"({"1":{"7":101}})");
}

TEST_CASE("quick flushes of a class still keep the shortest interval", "[history][pacing]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    merge_improving(store, {sample(1, 7, 100)});
    REQUIRE(store.flush(fixture.now));
    merge_improving(store, {sample(1, 7, 101)});
    CHECK(store.next_due() == fixture.now + seconds(1));
}

TEST_CASE("a class at rest does not hold another one up", "[history][pacing]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    fixture.work = seconds(2);
    merge_improving(store, {sample(1, 7, 100)});
    REQUIRE(store.flush(fixture.now));
    merge_improving(store, {sample(1, 7, 101), sample(1, 7, 100, 2)});
    CHECK(store.next_due() <= fixture.now);
    REQUIRE(store.flush(fixture.now));
    CHECK(fixture.text(1) == R"({"1":{"7":100}})");
    CHECK(fixture.text(2) == R"({"1":{"7":100}})");
}

TEST_CASE("flush_all waits for nothing", "[history][pacing]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    fixture.work = seconds(2);
    merge_improving(store, {sample(1, 7, 100)});
    REQUIRE(store.flush_all());
    merge_improving(store, {sample(1, 7, 101)});
    REQUIRE(store.flush_all());
    CHECK(fixture.text() == R"({"1":{"7":101}})");
}

TEST_CASE("a quiet class is compressed once as a whole, and again only after a change", "[history][settle]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    RandomSamples source(71, 300, 200);
    NaiveHistory naive;
    for (int round = 0; round < 2; ++round) {
        const auto samples = source.take(30'000);
        store.merge(samples);
        naive.merge(samples);
        REQUIRE(store.flush(fixture.now));
        const auto pieces = store.file(ClassId{1});
        CHECK(store.next_due() == fixture.now + seconds(30));
        REQUIRE(store.flush(store.next_due() - milliseconds(1)));
        CHECK(store.file(ClassId{1}) == pieces);

        fixture.flush_until_idle(store);
        const auto whole = store.file(ClassId{1});
        CHECK(fixture.text() == naive.text());
        CHECK(whole->size_bytes < pieces->size_bytes);
        CHECK(whole->unzipped_bytes == naive.text().size());
        CHECK(whole->etag != pieces->etag);
        REQUIRE(store.flush(fixture.now + std::chrono::hours(24)));
        CHECK(store.file(ClassId{1}) == whole);
        fixture.now += std::chrono::hours(48);
    }
    CHECK(files_in(fixture.directory.path()) == 1);
}

TEST_CASE("a large whole pass goes in slices, rests between them, and a change ends it", "[history][settle]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    std::vector<Sample> samples;
    for (std::uint64_t racer = 0; racer < 900; ++racer) {
        for (std::uint32_t second = 1; second <= 300; ++second) {
            samples.push_back(sample(second, racer, 100 + static_cast<double>(racer) / 7));
        }
    }
    NaiveHistory naive;
    naive.merge(samples);
    store.merge(samples);
    REQUIRE(store.flush(fixture.now));
    const auto pieces = store.file(ClassId{1});
    fixture.work = milliseconds(60);
    const auto start = fixture.now += seconds(30);
    REQUIRE(store.flush(start));
    CHECK(store.next_due() == start + milliseconds(60) + StoreFixture::kClasses * milliseconds(540));
    CHECK(store.file(ClassId{1}) == pieces);
    CHECK(files_in(fixture.directory.path()) == 2);

    const std::vector<Sample> change{sample(300, 1, 500)};
    store.merge(change);
    naive.merge(change);
    CHECK(files_in(fixture.directory.path()) == 1);
    CHECK(fixture.flush_until_idle(store) > 3);
    CHECK(fixture.text() == naive.text());
    CHECK(files_in(fixture.directory.path()) == 1);
}

TEST_CASE("a file left as pieces by a stop gets its whole pass after the next start", "[history][settle]")
{
    StoreFixture fixture;
    {
        HistoryStore store(fixture.options());
        merge_improving(store, {sample(1, 7, 100), sample(2, 7, 100)});
        REQUIRE(store.flush_all());
    }
    HistoryStore store(fixture.options());
    const auto pieces = store.file(ClassId{1});
    REQUIRE(store.flush(fixture.now));
    CHECK(store.file(ClassId{1}) == pieces);
    CHECK(store.next_due() == fixture.now + seconds(30));
    fixture.flush_until_idle(store);
    CHECK(fixture.text() == R"({"1":{"7":100},"2":{"7":100}})");

    const HistoryStore settled(fixture.options());
    CHECK(settled.next_due() == kNever);
}

TEST_CASE("a flush that cannot write keeps the file and the changes, and is tried again", "[history][store]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    merge_improving(store, {sample(1, 7, 100)});
    REQUIRE(store.flush(fixture.now));
    const auto before = store.file(ClassId{1});
    const auto moved = fs::path(fixture.directory.path()) += "-moved";

    merge_improving(store, {sample(1, 7, 101)});
    fs::rename(fixture.directory.path(), moved);
    write_file(fixture.directory.path(), "a file where the directory was");
    fixture.now += seconds(10);
    CHECK(store.flush(fixture.now).error() == boost::system::errc::not_a_directory);
    CHECK(store.file(ClassId{1}) == before);
    CHECK(store.flush_all().error() == boost::system::errc::not_a_directory);
    CHECK(store.next_due() == fixture.now + seconds(1));

    fs::remove(fixture.directory.path());
    fs::rename(moved, fixture.directory.path());
    CHECK(fixture.text() == R"({"1":{"7":100}})");
    REQUIRE(store.flush(store.next_due()));
    CHECK(fixture.text() == R"({"1":{"7":101}})");
}

TEST_CASE("a disk that fills up in the middle of a file costs nothing but the new file", "[history][store]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    RandomSamples source(81, 300, 200);
    NaiveHistory naive;
    merge_improving(store, {sample(1, 7, 100, 2)});
    REQUIRE(store.flush_all());
    auto samples = source.take(30'000);
    naive.merge(samples);
    store.merge(samples);
    merge_improving(store, {sample(1, 7, 101, 2)});
    {
        const FileSizeLimit limit(20'000);
        CHECK(store.flush(fixture.now + seconds(10)).error() == boost::system::errc::file_too_large);
    }
    CHECK_FALSE(fs::exists(fixture.path(1)));
    CHECK(fixture.text(2) == R"({"1":{"7":101}})");  // the other class is written all the same
    CHECK(files_in(fixture.directory.path()) == 1);
    REQUIRE(store.flush_all());
    CHECK(fixture.text(1) == naive.text());
}

TEST_CASE("a whole pass that cannot write leaves the pieces, and waits to be tried again", "[history][settle]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    RandomSamples source(91, 300, 200);
    store.merge(source.take(30'000));
    REQUIRE(store.flush(fixture.now));
    const auto pieces = store.file(ClassId{1});
    fixture.now += seconds(30);
    {
        const FileSizeLimit limit(1'000);
        CHECK(store.flush(fixture.now).error() == boost::system::errc::file_too_large);
    }
    CHECK(store.file(ClassId{1}) == pieces);
    CHECK(files_in(fixture.directory.path()) == 1);
    CHECK(store.next_due() == fixture.now + seconds(30));
    fixture.flush_until_idle(store);
    CHECK(store.file(ClassId{1})->size_bytes < pieces->size_bytes);
}

}  // namespace alleycat::history
