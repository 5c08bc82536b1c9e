#include "history_fixture.hpp"

#include <alleycat/history/history_store.hpp>
#include <alleycat/history/history_text.hpp>

#include <atomic>
#include <thread>

namespace alleycat::history {

namespace {

namespace fs = std::filesystem;

/// What the store says at start, having found `bytes` as the file of class 1; empty where it starts.
std::string start_error(const std::string& bytes)
{
    StoreFixture fixture;
    write_file(fixture.path(), bytes);
    std::string message;
    try {
        const HistoryStore store(fixture.options());
    } catch (const std::runtime_error& error) {
        message = error.what();
        CHECK(message.find(fixture.path().string()) != std::string::npos);
        CHECK(message.find('\n') == std::string::npos);
    }
    CHECK(read_file(fixture.path()) == bytes);
    return message.substr(message.rfind("gz: ") == std::string::npos ? 0 : message.rfind("gz: ") + 4);
}

}  // namespace

TEST_CASE("after each of many flushes the files hold the naive history", "[history][store]")
{
    const auto seed = GENERATE(41U, 42U);
    StoreFixture fixture;
    RandomSamples source(seed, 40, 60);
    HistoryStore store(fixture.options());
    std::map<std::uint32_t, NaiveHistory> naive;
    for (int round = 0; round < 30; ++round) {
        auto samples = source.take(1 + source.random()() % 30);
        for (auto& each : samples) {
            each.class_id = ClassId{1 + static_cast<std::uint32_t>(source.random()() % 2)};
            naive[raw(each.class_id)].merge({&each, 1});
        }
        store.merge(samples);
        REQUIRE(store.flush_all());
        for (const auto& [id, expected] : naive) {
            CHECK(fixture.text(id) == expected.text());
            CHECK(history_text(*store.bests(ClassId{id})) == expected.text());
        }
    }
}

TEST_CASE("a restarted store goes on from its files", "[history][store]")
{
    StoreFixture fixture;
    RandomSamples source(51, 40, 60);
    NaiveHistory naive;
    for (int start = 0; start < 4; ++start) {
        HistoryStore store(fixture.options());
        CHECK(history_text(*store.bests(ClassId{1})) == naive.text());
        CHECK(history_text(*store.bests(ClassId{2})) == "{}");
        CHECK((store.file(ClassId{1}) == nullptr) == (start == 0));
        const auto samples = source.take(200);
        store.merge(samples);
        naive.merge(samples);
        REQUIRE(store.flush_all());
        CHECK(fixture.text() == naive.text());
    }
}

TEST_CASE("bests are published by the merge, the file by the flush", "[history][store]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    CHECK(store.file(ClassId{1}) == nullptr);
    CHECK(merge(store, {sample(1, 7, 100), sample(1, 7, 99), sample(1, 7, 100, 9), sample(301, 7, 100)}) == 1);
    CHECK(store.bests(ClassId{1})->best(RacerId{7}, 1) == 100);
    CHECK(store.bests(ClassId{9})->racers().ascending.empty());
    CHECK(store.file(ClassId{1}) == nullptr);
    REQUIRE(store.flush(fixture.now));
    CHECK(store.file(ClassId{1}) != nullptr);
    CHECK(store.file(ClassId{2}) == nullptr);
    CHECK(store.file(ClassId{9}) == nullptr);
}

TEST_CASE("a published file tells the truth, and outlives its replacement", "[history][store]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    merge(store, {sample(1, 7, 100)});
    REQUIRE(store.flush_all());
    const auto first = store.file(ClassId{1});
    const auto bytes = read_file(fixture.path());
    CHECK(first->size_bytes == bytes.size());
    CHECK(first->unzipped_bytes == fixture.text().size());
    CHECK(*first->content == bytes);
    CHECK(first->etag.front() == '"');
    CHECK(first->etag.back() == '"');

    merge(store, {sample(1, 7, 101)});
    REQUIRE(store.flush_all());
    std::string old_bytes(bytes.size() + 1, '\0');
    REQUIRE(::pread(first->fd.get(), old_bytes.data(), old_bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    CHECK(old_bytes.substr(0, bytes.size()) == bytes);
    CHECK(store.file(ClassId{1})->etag != first->etag);

    const HistoryStore restarted(fixture.options());
    CHECK(restarted.file(ClassId{1})->etag == store.file(ClassId{1})->etag);
    CHECK(restarted.file(ClassId{1})->last_modified == store.file(ClassId{1})->last_modified);
}

TEST_CASE("a large file is not held in memory", "[history][store]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    RandomSamples source(61, 300, 500);
    store.merge(source.take(60'000));
    REQUIRE(store.flush_all());
    CHECK(store.file(ClassId{1})->size_bytes > kMaxContentBytes);
    CHECK(store.file(ClassId{1})->content == nullptr);
}

TEST_CASE("a file of another program is read when it holds a history", "[history][store]")
{
    StoreFixture fixture;
    const std::string text = R"({"1":{"7":115.2,"12":98.55},"300":{"9007199254740991":22.75}})";
    write_file(fixture.path(), zip(text));
    HistoryStore store(fixture.options());
    CHECK(history_text(*store.bests(ClassId{1})) == text);
    CHECK(store.next_due() == StoreFixture::TimePoint::max());
    CHECK(read_file(fixture.path()) == zip(text));
}

TEST_CASE("a corrupt or foreign file stops the start with what is wrong with it", "[history][store]")
{
    CHECK(start_error(zip("{}")).empty());
    CHECK(start_error("") == "it is not one whole gzip file");
    CHECK(start_error(R"({"1":{"7":115.2}})") == "it is not one whole gzip file");
    CHECK(start_error(zip(R"({"1":{"7":115.2}})").substr(0, 20)) == "it is not one whole gzip file");
    CHECK(start_error(zip("")).starts_with("it is no JSON"));
    CHECK(start_error(zip("[]")) == "it is no JSON object of seconds");
    CHECK(start_error(zip(R"({"1":{"7":115.2})")) != "");
    CHECK(start_error(zip(R"({"1":{"7":115.2}}})")) == "something follows the JSON object");
    CHECK(start_error(zip(R"({"1":{"7":115.2}} 1)")) == "it is no JSON object of seconds");
    CHECK(start_error(zip(R"({"0":{"7":115.2}})")) == R"("0" is no second of 1 to 300)");
    CHECK(start_error(zip(R"({"301":{"7":115.2}})")) == R"("301" is no second of 1 to 300)");
    CHECK(start_error(zip(R"({"01":{"7":115.2}})")) == R"("01" is no second of 1 to 300)");
    CHECK(start_error(zip(R"({"1":[]})")) == "second 1 is no JSON object");
    CHECK(start_error(zip(R"({"1":{"-7":1}})")) ==
          R"(second 1 has "-7", which is no racer id of 0 to 9007199254740991)");
    CHECK(start_error(zip(R"({"1":{"9007199254740992":1}})")) != "");
    CHECK(start_error(zip(R"({"1":{"7":null}})")) == "racer 7 has no number at second 1");
    CHECK(start_error(zip(R"({"1":{"7":"1"}})")) == "racer 7 has no number at second 1");
}

TEST_CASE("what an interrupted write left is removed, anything else is not", "[history][store]")
{
    StoreFixture fixture;
    const auto& directory = fixture.directory.path();
    for (const auto* name : {"class-1.gz.unfinished", "class-77.gz.unfinished"}) {
        write_file(directory / name, "half");
    }
    for (const auto* name : {"class-9.gz", "class-x.gz.unfinished", "class-.gz.unfinished", "notes.unfinished"}) {
        write_file(directory / name, "kept");
    }
    const HistoryStore store(fixture.options());
    const auto entries = std::distance(fs::directory_iterator(directory), fs::directory_iterator());
    CHECK(entries == 4);
    CHECK_FALSE(fs::exists(directory / "class-1.gz.unfinished"));
    CHECK_FALSE(fs::exists(directory / "class-77.gz.unfinished"));
}

TEST_CASE("the directory is made, and where it cannot be the start fails", "[history][store]")
{
    StoreFixture fixture;
    auto options = fixture.options();
    options.directory = fixture.directory.path() / "a" / "b";
    const HistoryStore store(options);
    CHECK(fs::is_directory(options.directory));
    write_file(fixture.directory.path() / "file", "");
    options.directory = fixture.directory.path() / "file";
    CHECK_THROWS_AS(HistoryStore(options), std::runtime_error);
}

TEST_CASE("readers on other threads always hold a whole table", "[history][store]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    std::atomic<bool> stop{false};
    std::atomic<int> torn{0};
    std::thread reader([&] {
        while (!stop) {
            const auto bests = store.bests(ClassId{1});
            const auto one = bests->best(RacerId{7}, 1);
            torn += one == bests->best(RacerId{7}, 2) && one == bests->best(RacerId{7}, 300) ? 0 : 1;
            torn += store.file(ClassId{1}) == nullptr || one ? 0 : 1;
        }
    });
    for (int output = 1; output <= 300; ++output) {
        merge(store, {sample(1, 7, output), sample(2, 7, output), sample(300, 7, output)});
        if (output % 100 == 0) {
            CHECK(store.flush_all());
        }
    }
    stop = true;
    reader.join();
    CHECK(torn == 0);
}

}  // namespace alleycat::history
