#include "history_fixture.hpp"

#include <alleycat/history/history_store.hpp>

namespace alleycat::history {

namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

/// Merges one window; returns its number.
std::uint64_t merge_window(HistoryStore& store, std::vector<Sample> samples)
{
    store.merge(samples);
    return store.merges();
}

/// No new file can be made in the directory while this lives.
class BrokenDirectory {
public:
    explicit BrokenDirectory(fs::path directory) : directory_(std::move(directory)), moved_(directory_)
    {
        moved_ += "-moved";
        fs::rename(directory_, moved_);
        write_file(directory_, "a file where the directory was");
    }
    BrokenDirectory(const BrokenDirectory&) = delete;
    BrokenDirectory& operator=(const BrokenDirectory&) = delete;
    ~BrokenDirectory()
    {
        fs::remove(directory_);
        fs::rename(moved_, directory_);
    }

private:
    fs::path directory_;
    fs::path moved_;
};

}  // namespace

TEST_CASE("a merge is written when the files hold all it brought", "[history][merges]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    CHECK(store.merges() == 0);
    CHECK(store.merges_written() == 0);
    CHECK(merge_window(store, {sample(1, 7, 100)}) == 1);
    CHECK(store.merges_written() == 0);
    CHECK(merge_window(store, {sample(2, 7, 100)}) == 2);
    CHECK(store.merges_written() == 0);
    REQUIRE(store.flush(fixture.now));
    CHECK(store.merges_written() == 2);
    CHECK(merge_window(store, {sample(3, 7, 100)}) == 3);
    CHECK(store.merges_written() == 2);
    REQUIRE(store.flush_all());
    CHECK(store.merges_written() == 3);
}

TEST_CASE("merges that improve nothing wait for no file", "[history][merges]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    CHECK(merge_window(store, {}) == 1);
    CHECK(store.merges_written() == 1);
    merge_window(store, {sample(1, 7, 100)});
    REQUIRE(store.flush(fixture.now));
    CHECK(merge_window(store, {sample(1, 7, 100)}) == 3);
    CHECK(merge_window(store, {sample(1, 7, 99), sample(1, 7, 100, 9)}) ==
          4);  // worse, and of a class that is not there
    CHECK(store.merges_written() == 4);
}

TEST_CASE("a merge that improves nothing does not overtake one that is not written", "[history][merges]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    merge_window(store, {sample(1, 7, 100)});
    merge_window(store, {sample(1, 7, 50)});
    CHECK(store.merges_written() == 0);
    REQUIRE(store.flush(fixture.now));
    CHECK(store.merges_written() == 2);
}

TEST_CASE("a class that is not written holds its merges back, and those behind them", "[history][merges]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    merge_window(store, {sample(1, 7, 100, 1)});
    REQUIRE(store.flush(fixture.now));
    merge_window(store, {sample(1, 7, 100, 2)});  // 2
    merge_window(store, {sample(1, 7, 101, 1)});  // 3: class 1 is not due yet
    merge_window(store, {sample(1, 7, 101, 2)});  // 4
    REQUIRE(store.flush(fixture.now));
    CHECK(fixture.text(2) == R"({"1":{"7":101}})");
    CHECK(store.merges_written() == 2);
    REQUIRE(store.flush(store.next_due()));
    CHECK(store.merges_written() == 4);
}

TEST_CASE("a flush that fails writes no merge, and the next one all of them", "[history][merges]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    merge_window(store, {sample(1, 7, 100)});
    {
        const BrokenDirectory broken(fixture.directory.path());
        CHECK_FALSE(store.flush(fixture.now));
        CHECK(store.merges_written() == 0);
        merge_window(store, {sample(2, 7, 100)});
        CHECK_FALSE(store.flush_all());
        CHECK(store.merges_written() == 0);
    }
    fixture.now += seconds(10);
    REQUIRE(store.flush(fixture.now));
    CHECK(store.merges_written() == 2);
    CHECK(fixture.text() == R"({"1":{"7":100},"2":{"7":100}})");
}

TEST_CASE("a restarted store counts from zero, and what it loaded is written", "[history][merges]")
{
    StoreFixture fixture;
    {
        HistoryStore store(fixture.options());
        merge_window(store, {sample(1, 7, 100)});
        REQUIRE(store.flush_all());
    }
    HistoryStore store(fixture.options());
    CHECK(store.merges() == 0);
    merge_window(store, {sample(1, 7, 100)});  // read back from the log: nothing new
    CHECK(store.merges_written() == 1);
}

TEST_CASE("over many random windows, what is said to be written survives a restart", "[history][merges]")
{
    const auto seed = GENERATE(11U, 12U, 13U);
    StoreFixture fixture;
    RandomSamples source(seed, 20, 30);
    std::vector<std::vector<Sample>> windows;
    {
        HistoryStore store(fixture.options());
        for (int round = 0; round < 40; ++round) {
            windows.push_back(source.take(1 + source.random()() % 20));
            for (auto& each : windows.back()) {
                each.class_id = ClassId{1 + static_cast<std::uint32_t>(source.random()() % 2)};
            }
            store.merge(windows.back());
            fixture.now += std::chrono::milliseconds(source.random()() % 1'500);
            REQUIRE(store.flush(fixture.now));
        }
        windows.resize(store.merges_written());
    }
    const HistoryStore again(fixture.options());
    for (const auto& window : windows) {
        for (const auto& each : window) {
            REQUIRE(again.bests(each.class_id)->best(each.racer_id, each.second) >= each.output);
        }
    }
}

}  // namespace alleycat::history
