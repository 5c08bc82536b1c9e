#include "temporary_directory.hpp"

#include <alleycat/quarantine/check_database.hpp>
#include <alleycat/quarantine/quarantine.hpp>
#include <alleycat/sqlite/connection.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <future>

using namespace alleycat;
using namespace alleycat::quarantine;

namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

HeldRecord held(std::uint64_t sequence, std::uint32_t shard = 0, std::uint64_t racer = 7, std::int64_t race = 1,
                std::uint32_t class_id = 1)
{
    Suspicions reasons;
    reasons.add(Suspicion::Slew);
    reasons.add(Suspicion::TwoConnections);
    return {{sequence, ShardId{shard}},
            kNow + static_cast<std::int64_t>(sequence),
            reasons,
            ClassId{class_id},
            RaceId{race},
            RacerId{racer},
            "key",
            R"({"second":)" + std::to_string(sequence) + "}"};
}

struct Fixture {
    TemporaryDirectory directory;
    std::int64_t now_ms{kNow};
    Store::Options options;
    std::unique_ptr<Store> store;

    Fixture()
    {
        options.path = directory.path() / "quarantine.db";
        options.now_ms = [this] { return now_ms; };
        open();
    }
    void open()
    {
        store.reset();
        store = std::make_unique<Store>(options);
    }
    void keep(const std::vector<HeldRecord>& records) { REQUIRE(store->keep(records)); }
    /// Newest first.
    [[nodiscard]] std::vector<std::string> ids(const Filter& filter = {})
    {
        std::vector<std::string> ids;
        const auto page = store->list(filter, std::nullopt, 1'000);
        REQUIRE(page.has_value());
        for (const auto& record : page->records) {
            ids.push_back(to_text(record.id));
        }
        CHECK(page->total == ids.size());
        return ids;
    }
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("an id is shard and sequence, and nothing else is one", "[quarantine]")
{
    CHECK(to_text({4711, ShardId{0}}) == "0-4711");
    CHECK(parse_id("3-9") == HeldId{9, ShardId{3}});
    for (const auto* text : {"", "-", "3", "3-", "-9", "3-9 ", "3--9", "a-9", "3-9x", "3-18446744073709551615"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_id(text));
    }
}

TEST_CASE("there is no file until something is held", "[quarantine]")
{
    Fixture fixture;
    CHECK(fixture.ids().empty());
    CHECK(fixture.store->remove(std::vector<HeldId>{{1, ShardId{0}}}).value() == 0);
    CHECK(fixture.store->erase(RacerId{7}, kNow).value() == 0);
    fixture.keep({});
    CHECK_FALSE(std::filesystem::exists(fixture.options.path));
    fixture.keep({held(1)});
    CHECK(std::filesystem::exists(fixture.options.path));
}

TEST_CASE("what is held is there as it came, also behind a restart", "[quarantine]")
{
    Fixture fixture;
    const auto record = held(5, 3, 12, -4, 2);
    fixture.keep({record, held(6)});
    fixture.open();
    CHECK(fixture.ids() == Ids{"0-6", "3-5"});
    CHECK(fixture.store->find(record.id).value() == record);
    CHECK_FALSE(fixture.store->find({5, ShardId{0}}).value());
    CHECK(fixture.store->size() == 2);
    CHECK(fixture.store->positions() == std::vector<std::uint64_t>{6, 0, 0, 5});
}

TEST_CASE("kept once more by a replay nothing changes, and what is gone does not come back", "[quarantine]")
{
    Fixture fixture;
    fixture.keep({held(1), held(2), held(3), held(1, 1)});
    CHECK(fixture.store->remove(std::vector<HeldId>{{2, ShardId{0}}}).value() == 1);
    CHECK(fixture.store->remove(std::vector<HeldId>{{2, ShardId{0}}}).value() == 0);
    fixture.open();
    fixture.keep({held(1), held(2), held(3), held(4), held(1, 1)});
    CHECK(fixture.ids() == Ids{"0-4", "0-3", "1-1", "0-1"});
    CHECK(fixture.store->size() == 4);
}

TEST_CASE("lists are filtered, and go on behind a place", "[quarantine]")
{
    Fixture fixture;
    fixture.keep({held(1, 0, 7, 1, 1), held(2, 0, 7, 2, 1), held(3, 0, 8, 2, 1), held(4, 0, 8, 2, 2)});
    CHECK(fixture.ids({ClassId{1}, {}, {}}) == Ids{"0-3", "0-2", "0-1"});
    CHECK(fixture.ids({{}, RaceId{2}, {}}) == Ids{"0-4", "0-3", "0-2"});
    CHECK(fixture.ids({{}, {}, RacerId{8}}) == Ids{"0-4", "0-3"});
    CHECK(fixture.ids({ClassId{2}, RaceId{2}, RacerId{8}}) == Ids{"0-4"});
    const auto first = fixture.store->list({ClassId{1}, {}, {}}, std::nullopt, 2).value();
    CHECK(first.total == 3);
    CHECK(first.more);
    const auto rest = fixture.store->list({ClassId{1}, {}, {}}, first.records.back().id, 2).value();
    CHECK(rest.total == 3);
    CHECK_FALSE(rest.more);
    REQUIRE(rest.records.size() == 1);
    CHECK(rest.records[0].id.sequence == 1);
    const auto oldest = fixture.store->oldest({}, HeldId{1, ShardId{0}}, 2).value();
    REQUIRE(oldest.records.size() == 2);
    CHECK(oldest.records[0].id.sequence == 2);
    CHECK(oldest.more);
}

TEST_CASE("what is dropped by a filter is gone, and counted", "[quarantine]")
{
    Fixture fixture;
    fixture.keep({held(1, 0, 7), held(2, 0, 8), held(3, 0, 7)});
    CHECK(fixture.store->drop(Filter{{}, {}, RacerId{7}}).value() == 2);
    CHECK(fixture.store->drop(HeldId{1, ShardId{0}}).value() == 0);
    CHECK(fixture.ids() == Ids{"0-2"});
    CHECK(fixture.store->size() == 1);
    CHECK(fixture.store->dropped() == 0);  // that is what went for want of room
}

TEST_CASE("the oldest go where there are too many, or they are too old", "[quarantine]")
{
    Fixture fixture;
    fixture.options.keep = 3;
    fixture.options.age = std::chrono::milliseconds(1'000);
    fixture.open();
    fixture.keep({held(1), held(2), held(3)});
    fixture.keep({held(4), held(5)});
    CHECK(fixture.ids() == Ids{"0-5", "0-4", "0-3"});
    CHECK(fixture.store->dropped() == 2);
    fixture.now_ms = kNow + 1'004;
    CHECK(fixture.store->remove_expired().value() == 1);
    CHECK(fixture.ids() == Ids{"0-5", "0-4"});
    CHECK(fixture.store->dropped() == 3);
    fixture.keep({held(1), held(3)});
    CHECK(fixture.store->size() == 2);
}

TEST_CASE("an erased person's records go from the file, but those that came later stay", "[quarantine]")
{
    Fixture fixture;
    auto secret = held(1);
    secret.data = R"({"name":"Erika Mustermann"})";
    fixture.keep({secret, held(2, 0, 8), held(3)});
    CHECK(fixture.store->erase(RacerId{7}, kNow + 2).value() == 1);
    CHECK(fixture.ids() == Ids{"0-3", "0-2"});
    for (const auto* part : {"", "-wal"}) {
        std::ifstream file(fixture.options.path.string() + part, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        CHECK(bytes.find("Mustermann") == std::string::npos);
    }
}

TEST_CASE("a file that is no database of ours is refused, at the start with its name", "[quarantine]")
{
    Fixture fixture;
    std::ofstream(fixture.options.path) << std::string(4'096, 'x');
    CHECK_THROWS_WITH(Store(fixture.options), Catch::StartsWith(fixture.options.path.string() + ": "));
    CHECK_FALSE(fixture.store->keep(std::vector<HeldRecord>{held(1)}));
}

TEST_CASE("a quarantine answers on a thread of its own, and counts what it holds", "[quarantine]")
{
    Fixture fixture;
    Quarantine quarantine(fixture.options);
    REQUIRE(quarantine.keep(std::vector<HeldRecord>{held(1), held(2)}));
    CHECK(quarantine.size() == 2);
    quarantine.start();
    std::promise<std::uint64_t> dropped;
    REQUIRE(quarantine.try_ask([&dropped](Store& store) { dropped.set_value(store.drop(Filter{}).value()); }));
    CHECK(dropped.get_future().get() == 2);
    quarantine.stop();
    CHECK(quarantine.size() == 0);
    CHECK(quarantine.positions() == std::vector<std::uint64_t>{2});
    CHECK(quarantine.erase(RacerId{7}, kNow).value() == 0);
}

TEST_CASE("a check finds nothing wrong with what is held, and a record that was never counted", "[quarantine]")
{
    Fixture fixture;
    fixture.keep({held(1), held(2, 1)});
    CHECK(check_database(fixture.options.path).empty());
    sqlite::Connection(fixture.options.path, sqlite::Connection::Mode::Write).demand("UPDATE positions SET kept = 0");
    CHECK(check_database(fixture.options.path).size() == 2);
}

TEST_CASE("a check finds damage in the file's pages", "[quarantine]")
{
    Fixture fixture;
    fixture.keep({held(1), held(2)});
    fixture.store.reset();  // brings all of it into the one file
    std::fstream file(fixture.options.path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(4'096);  // behind the page that names the tables
    file << std::string(4'096, '\xff');
    file.close();
    CHECK_FALSE(check_database(fixture.options.path).empty());
}
