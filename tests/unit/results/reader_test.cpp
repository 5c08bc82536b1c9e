#include "naive_results.hpp"
#include "reader_sql.hpp"

#include <atomic>
#include <thread>
#include <tuple>

using namespace alleycat;
using namespace alleycat::results;

namespace {

/// "class/race" of each.
std::string text(const std::vector<RaceInfo>& races)
{
    std::string text;
    for (const auto& race : races) {
        text += std::to_string(raw(race.class_id)) + "/" + std::to_string(raw(race.race_id)) + " ";
    }
    return text;
}

std::vector<RaceInfo> infos(const std::vector<RacerRace>& races)
{
    std::vector<RaceInfo> infos;
    for (const auto& each : races) {
        infos.push_back(each.race);
    }
    return infos;
}

RaceResult started(std::uint32_t class_id, std::int64_t race_id, std::int64_t start_ms)
{
    auto made = race(class_id, race_id, {row(7, 100)});
    made.start_ms = start_ms;
    return made;
}

/// Races of two classes, many of which start at the same time.
void write_races(StoreFixture& fixture)
{
    std::vector<RaceResult> races;
    for (const std::uint32_t class_id : {1U, 2U}) {
        for (std::int64_t race_id = -5; race_id <= 5; ++race_id) {
            races.push_back(started(class_id, race_id, (race_id + 5) / 4 * 1'000));
        }
    }
    fixture.write(std::move(races));
}

}  // namespace

TEST_CASE("races of a class come newest first, page by page, also where they start together", "[results]")
{
    StoreFixture fixture;
    write_races(fixture);
    const auto reader = fixture.reader();
    const auto all = value_of(reader.races(ClassId{1}, std::nullopt, SIZE_MAX));
    CHECK(text(all) == "1/5 1/4 1/3 1/2 1/1 1/0 1/-1 1/-2 1/-3 1/-4 1/-5 ");
    for (std::size_t count = 1; count <= all.size(); ++count) {
        CAPTURE(count);
        std::string paged;
        std::optional<RacePlace> place;
        for (;;) {
            const auto page = value_of(reader.races(ClassId{1}, place, count));
            if (page.empty()) {
                break;
            }
            REQUIRE(page.size() <= count);
            paged += text(page);
            place = RacePlace{page.back().start_ms, page.back().race_id, {}};
        }
        CHECK(paged == text(all));
    }
    CHECK(value_of(reader.races(ClassId{3}, std::nullopt, 10)).empty());
    CHECK(value_of(reader.races(ClassId{1}, std::nullopt, 0)).empty());
}

TEST_CASE("a racer's races of all classes come newest first, page by page", "[results]")
{
    StoreFixture fixture;
    write_races(fixture);
    fixture.write(race(1, 50, {row(8, 100)}));
    const auto reader = fixture.reader();
    const auto all = value_of(reader.races_of(RacerId{7}, std::nullopt, 1'000));
    CHECK(text(infos(all)).substr(0, 32) == "2/5 1/5 2/4 1/4 2/3 1/3 2/2 1/2 ");
    CHECK(all.size() == 22);
    CHECK(all.front().row == row(7, 100));
    for (std::size_t count = 1; count <= 5; ++count) {
        CAPTURE(count);
        std::string paged;
        std::optional<RacePlace> place;
        for (;;) {
            const auto page = value_of(reader.races_of(RacerId{7}, place, count));
            if (page.empty()) {
                break;
            }
            paged += text(infos(page));
            place = RacePlace{page.back().race.start_ms, page.back().race.race_id, page.back().race.class_id};
        }
        CHECK(paged == text(infos(all)));
    }
    CHECK(value_of(reader.races_of(RacerId{9}, std::nullopt, 10)).empty());
}

namespace {

/// A race whose racers have these names, and were seen at these times.
RaceResult race_of_named(std::vector<std::tuple<std::uint64_t, std::string, std::int64_t>> racers)
{
    auto made = race(1, 1, {});
    for (const auto& [racer, name, last_ms] : racers) {
        made.rows.push_back(row(racer, 100, last_ms));
        made.rows.back().name = name;
    }
    return made;
}

std::vector<std::uint64_t> found(const ResultReader& reader, std::string_view text, std::size_t count = 100)
{
    std::vector<std::uint64_t> ids;
    for (const auto& racer : value_of(reader.find_racers(text, count))) {
        ids.push_back(raw(racer.racer_id));
    }
    return ids;
}

}  // namespace

TEST_CASE("racers are found by a part of their name, those seen last first", "[results]")
{
    using Ids = std::vector<std::uint64_t>;
    StoreFixture fixture;
    fixture.write(
        race_of_named({{1, "Hubert", 5'000}, {2, "Anna Huber", 9'000}, {3, "Émile", 7'000}, {4, "Bo", 7'000}}));
    const auto reader = fixture.reader();
    CHECK(found(reader, "") == Ids{2, 3, 4, 1});
    CHECK(found(reader, "", 2) == Ids{2, 3});
    CHECK(found(reader, "", 0).empty());
    CHECK(found(reader, "hUBER") == Ids{2, 1});
    CHECK(found(reader, "a H") == Ids{2});
    CHECK(found(reader, "mile") == Ids{3});
    CHECK(found(reader, "Émile") == Ids{3});
    CHECK(found(reader, "x").empty());
    const auto hubert = value_of(reader.find_racers("Hubert", 1)).at(0);
    CHECK(hubert.name == "Hubert");
    CHECK(hubert.first_ms == 4'500);
    CHECK(hubert.last_ms == 5'000);
}

TEST_CASE("what means something in a pattern is looked for as it is", "[results]")
{
    using Ids = std::vector<std::uint64_t>;
    StoreFixture fixture;
    fixture.write(race_of_named({{1, "100 %", 1'000},
                                 {2, "a_b", 2'000},
                                 {3, "back\\slash", 3'000},
                                 {4, "it's \"me\"", 4'000},
                                 {5, "plain", 5'000}}));
    const auto reader = fixture.reader();
    CHECK(found(reader, "%") == Ids{1});
    CHECK(found(reader, "_") == Ids{2});
    CHECK(found(reader, "\\") == Ids{3});
    CHECK(found(reader, "'") == Ids{4});
    CHECK(found(reader, "\"") == Ids{4});
    CHECK(found(reader, "%%").empty());
    CHECK(found(reader, "\xff").empty());
}

TEST_CASE("digits find the racers whose id begins so, the very racer first", "[results]")
{
    using Ids = std::vector<std::uint64_t>;
    StoreFixture fixture;
    constexpr std::uint64_t kLargest = kMaxJsonInteger;
    fixture.write(race_of_named(
        {{7, "A", 1'000}, {70, "B", 5'000}, {17, "C", 4'000}, {8, "Seven 7", 6'000}, {kLargest, "D", 9'000}}));
    const auto reader = fixture.reader();
    CHECK(found(reader, "7") == Ids{7, 8, 70});
    CHECK(found(reader, "7", 1) == Ids{7});
    CHECK(found(reader, "70") == Ids{70});
    CHECK(found(reader, "07").empty());
    CHECK(found(reader, "9007199254740991") == Ids{kLargest});
    CHECK(found(reader, "90071992547409910").empty());
    CHECK(found(reader, "99999999999999999999999").empty());
    CHECK(found(reader, "-7").empty());
    CHECK(found(reader, "7 ").empty());
}

TEST_CASE("what is asked often is read from an index, in its order", "[results]")
{
    StoreFixture fixture;
    auto connection = fixture.connection(Connection::Mode::Read);
    for (const auto sql : {kSelectRaces, kSelectRace, kSelectRows, kSelectRacer, kSelectRacesOf}) {
        CAPTURE(sql);
        Statement plan(connection, "EXPLAIN QUERY PLAN " + std::string(sql));
        int steps = 0;
        for (auto rows = plan.query(); rows.next(); ++steps) {
            INFO(rows.text(3));
            CHECK(rows.text(3).substr(0, 7) == "SEARCH ");
        }
        CHECK(steps > 0);
    }
}

TEST_CASE("readers see whole races while they are written", "[results]")
{
    constexpr std::uint64_t kRacers = 50;
    constexpr std::uint32_t kTellings = 60;
    StoreFixture fixture;
    const auto told = [](std::uint32_t telling) {
        auto made = race(1, 1, {}, false);
        made.end_ms = telling;
        for (std::uint64_t racer = 0; racer < kRacers; ++racer) {
            made.rows.push_back(row(racer, telling));
            made.rows.back().second = telling;
        }
        return made;
    };
    fixture.write(told(1));

    std::atomic<bool> done{false};
    std::atomic<int> torn{0};
    std::vector<std::thread> readers;
    for (int count = 0; count < 2; ++count) {
        readers.emplace_back([&, reader = fixture.reader()] {
            for (std::uint32_t seen = 0; !done || seen == 0;) {
                const auto result = reader.result(ClassId{1}, RaceId{1});
                const bool whole = result.has_value() && (*result)->rows.size() == kRacers &&
                                   (*result)->end_ms >= seen &&
                                   std::all_of((*result)->rows.begin(), (*result)->rows.end(),
                                               [&](const ResultRow& each) { return each.second == (*result)->end_ms; });
                torn += whole ? 0 : 1;
                seen = whole ? static_cast<std::uint32_t>((*result)->end_ms) : 1;
            }
        });
    }
    for (std::uint32_t telling = 2; telling <= kTellings; ++telling) {
        fixture.write(told(telling));
    }
    done = true;
    for (auto& reader : readers) {
        reader.join();
    }
    CHECK(torn == 0);
}
