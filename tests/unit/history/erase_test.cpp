#include "history_fixture.hpp"

#include <alleycat/history/gzip_pieces.hpp>
#include <alleycat/history/history_store.hpp>
#include <alleycat/history/history_text.hpp>

namespace alleycat::history {

namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

std::vector<Sample> without(std::vector<Sample> samples, RacerId racer)
{
    std::erase_if(samples, [&](const Sample& each) { return each.racer_id == racer; });
    return samples;
}

}  // namespace

TEST_CASE("after an erasure the files are those of a store that never saw the racer", "[history][erase]")
{
    const auto whole_pass = GENERATE(false, true);
    const auto restart = GENERATE(false, true);
    CAPTURE(whole_pass, restart);
    RandomSamples source(71, 40, 30);
    auto samples = source.take(2'000);
    for (auto& each : samples) {
        each.class_id = ClassId{1 + static_cast<std::uint32_t>(source.random()() % 2)};
    }
    const auto gone = samples.front().racer_id;
    const auto write = [&](StoreFixture& fixture, const std::vector<Sample>& all, bool erase) {
        auto store = std::make_unique<HistoryStore>(fixture.options());
        store->merge(all);
        REQUIRE(store->flush_all());
        if (whole_pass) {
            fixture.flush_until_idle(*store);
        }
        if (restart) {
            store.reset();
            store = std::make_unique<HistoryStore>(fixture.options());
        }
        if (erase) {
            CHECK(store->erase(gone) > 0);
            REQUIRE(store->flush_all());
            CHECK(store->erase(gone) == 0);
        }
        CHECK(history_text(*store->bests(ClassId{1})) == fixture.text(1));
        return std::make_pair(fixture.text(1), fixture.text(2));
    };
    StoreFixture fixture;
    StoreFixture never;
    CHECK(write(fixture, samples, true) == write(never, without(samples, gone), false));
}

TEST_CASE("the erasure of an unknown racer changes nothing", "[history][erase]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    merge(store, {sample(1, 7, 100)});
    fixture.flush_until_idle(store);
    const auto bytes = read_file(fixture.path());
    const auto bests = store.bests(ClassId{1});
    CHECK(store.erase(RacerId{8}) == 0);
    CHECK(store.bests(ClassId{1}) == bests);
    CHECK(store.next_due() == StoreFixture::TimePoint::max());
    REQUIRE(store.flush_all());
    CHECK(read_file(fixture.path()) == bytes);
}

TEST_CASE("an erasure reaches the files of classes that are not configured any more", "[history][erase]")
{
    StoreFixture fixture;
    auto options = fixture.options();
    options.classes = {ClassId{1}, ClassId{9}};
    {
        HistoryStore store(options);
        merge(store, {sample(1, 7, 100, 9), sample(1, 8, 90, 9), sample(2, 7, 80, 9)});
        REQUIRE(store.flush_all());
    }
    const auto other = fixture.path().parent_path() / "class-notes.gz";  // is none of ours
    std::ofstream(other) << "7";
    options.classes = {ClassId{1}};
    HistoryStore store(options);
    CHECK(store.erase(RacerId{7}) == 0);
    CHECK(store.erase_elsewhere(RacerId{7}).value() == 2);
    CHECK(store.erase_elsewhere(RacerId{7}).value() == 0);
    CHECK(fixture.text(9) == R"({"1":{"8":90}})");
    CHECK(store.file(ClassId{9}) == nullptr);
    CHECK(read_file(other) == "7");
}

TEST_CASE("an erasure fails where the file of such a class cannot be read, which stays as it is", "[history][erase]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    const auto broken = fixture.path().parent_path() / "class-9.gz";
    std::ofstream(broken) << "no history";
    const auto erased = store.erase_elsewhere(RacerId{7});
    REQUIRE_FALSE(erased);
    CHECK(erased.error() == make_error_code(Errc::CorruptFile));
    CHECK(read_file(broken) == "no history");
}

TEST_CASE("an erasure ends the whole pass that was under way, and leaves nothing of it", "[history][erase]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    RandomSamples source(72, 300, 900);
    store.merge(source.take(300'000));  // more than one slice
    REQUIRE(store.flush_all());
    fixture.now += seconds(3'600);
    REQUIRE(store.flush(fixture.now));
    fixture.now += seconds(3'600);
    REQUIRE(store.flush(fixture.now));
    const auto unfinished = fs::path(fixture.path().string() + ".unfinished");
    REQUIRE(fs::exists(unfinished));
    const auto gone = store.bests(ClassId{1})->racers().ascending.front().first;
    CHECK(store.erase(gone) > 0);
    CHECK_FALSE(fs::exists(unfinished));
    fixture.flush_until_idle(store);
    CHECK(fixture.text() == history_text(*store.bests(ClassId{1})));
    CHECK_FALSE(store.bests(ClassId{1})->racers().slots.contains(gone));
}

TEST_CASE("published bests from before an erasure stay as they are", "[history][erase]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    merge(store, {sample(1, 7, 100), sample(1, 8, 90), sample(2, 7, 80)});
    const auto before = store.bests(ClassId{1});
    CHECK(store.erase(RacerId{7}) == 2);
    CHECK(history_text(*before) == R"({"1":{"7":100,"8":90},"2":{"7":80}})");
    CHECK(before->best(RacerId{7}, 1) == 100);
    const auto after = store.bests(ClassId{1});
    CHECK(history_text(*after) == R"({"1":{"8":90}})");
    CHECK(after->last_second() == 1);
    CHECK(after->best(RacerId{7}, 1) == std::nullopt);
}

TEST_CASE("a history that nobody is left in is an empty object", "[history][erase]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    merge(store, {sample(5, 7, 100)});
    REQUIRE(store.flush_all());
    CHECK(store.erase(RacerId{7}) == 1);
    REQUIRE(store.flush_all());
    CHECK(fixture.text() == "{}");
    merge(store, {sample(6, 7, 50)});
    REQUIRE(store.flush_all());
    CHECK(fixture.text() == R"({"6":{"7":50}})");
    CHECK(history_text(*HistoryStore(fixture.options()).bests(ClassId{1})) == fixture.text());
}

TEST_CASE("an erasure holds back no merge from before it", "[history][erase][merges]")
{
    StoreFixture fixture;
    HistoryStore store(fixture.options());
    merge(store, {sample(1, 7, 100), sample(1, 8, 100)});
    REQUIRE(store.flush_all());
    CHECK(store.erase(RacerId{7}) == 1);
    CHECK(store.next_due() < StoreFixture::TimePoint::max());
    CHECK(store.merges_written() == 1);
    merge(store, {sample(2, 8, 100)});
    CHECK(store.merges_written() == 1);
    REQUIRE(store.flush_all());
    CHECK(store.merges_written() == 2);
}

TEST_CASE("a table with erasures in between equals the naive history at every step", "[history][erase]")
{
    const auto seed = GENERATE(81U, 82U, 83U, 84U);
    RandomSamples source(seed, 12, 40);
    BestTable table(12);
    GzipPieces pieces(12);
    NaiveHistory naive;
    for (int step = 0; step < 300; ++step) {
        const auto samples = source.take(source.random()() % 30);
        table.merge(samples);
        naive.merge(samples);
        if (source.random()() % 3 == 0) {  // sometimes of a racer that was never there, or is gone already
            const RacerId gone{source.random()() % 50 * 7919 % 100'003};
            CHECK(table.erase(gone) == naive.erase(gone));
            CHECK_FALSE(table.snapshot()->racers().slots.contains(gone));
        }
        if (source.random()() % 2 == 0) {
            REQUIRE(history_text(*table.snapshot()) == naive.text());
        }
        if (source.random()() % 4 == 0) {
            const auto changed = table.take_changed();
            pieces.update(*table.snapshot(), changed);
            std::string file;
            for (const auto part : pieces.parts()) {
                file.append(part);
            }
            REQUIRE(unzip_one_member(file) == naive.text());
        }
    }
}

}  // namespace alleycat::history
