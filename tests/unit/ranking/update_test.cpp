#include "written_board.hpp"

#include <alleycat/ranking/name_book.hpp>

#include <atomic>
#include <thread>

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

/// "racer=name" of each update, in order.
std::vector<std::string> named(const UpdateBatch& batch)
{
    std::vector<std::string> rows;
    for (const auto& each : batch.updates) {
        rows.push_back(std::to_string(raw(each.racer_id)) + "=" + std::string(batch.name(each)));
    }
    return rows;
}

}  // namespace

TEST_CASE("a batch keeps each update with its name", "[ranking][update]")
{
    UpdateBatch first;
    first.add(update(1, 7, 1, 95), "Hubert");
    first.add(update(2, 8, 1, 95), "");
    UpdateBatch second;
    second.add(update(3, 9, 1, 95), "Zo\xC3\xAB");
    first.append(second);
    first.add(update(4, 7, 2, 95), "Bert");
    CHECK(named(first) == std::vector<std::string>{"7=Hubert", "8=", "9=Zo\xC3\xAB", "7=Bert"});
    CHECK(named(second) == std::vector<std::string>{"9=Zo\xC3\xAB"});
    first.clear();
    CHECK(named(first).empty());
    first.append(second);
    CHECK(named(first) == std::vector<std::string>{"9=Zo\xC3\xAB"});
}

TEST_CASE("a batch drops what was applied, and what it repeats", "[ranking][update]")
{
    UpdateBatch batch;
    CHECK(batch.drop_applied(7) == 7);
    for (const std::uint64_t order : {3U, 7U, 9U, 12U, 7U, 9U, 12U, 15U, 3U, 15U}) {
        batch.add(update(order, order, 1, 95), "n" + std::to_string(order));
    }
    CHECK(batch.drop_applied(7) == 15);
    CHECK(named(batch) == std::vector<std::string>{"9=n9", "12=n12", "15=n15"});
    CHECK(batch.drop_applied(15) == 15);
    CHECK(named(batch).empty());
}

TEST_CASE("an outbox gives all that was put, once and in order", "[ranking][outbox]")
{
    Outbox outbox;
    UpdateBatch batch;
    outbox.take(batch);
    CHECK(batch.updates.empty());
    for (std::uint64_t racer = 0; racer < 5; ++racer) {
        batch.add(update(racer, racer, 1, 95), "n" + std::to_string(racer));
        batch.add(update(racer, racer, 2, 95), "m" + std::to_string(racer));
        CHECK(outbox.put(batch) == 2 * (racer + 1));
        CHECK(batch.updates.empty());
        CHECK(batch.names.empty());
    }
    outbox.take(batch);
    CHECK(named(batch) ==
          std::vector<std::string>{"0=n0", "0=m0", "1=n1", "1=m1", "2=n2", "2=m2", "3=n3", "3=m3", "4=n4", "4=m4"});
    batch.clear();
    outbox.take(batch);
    CHECK(batch.updates.empty());
}

TEST_CASE("how far a shard has come passes on, also where its records brought no update", "[ranking][outbox]")
{
    Outbox outbox;
    UpdateBatch batch;
    Update update;
    update.arrival_order = 5;
    batch.add(update, "Hubert");
    CHECK(batch.through == 5);
    outbox.put(batch);
    CHECK(batch.through == 0);
    batch.through = 9;
    outbox.put(batch);
    UpdateBatch taken;
    outbox.take(taken);
    CHECK(taken.updates.size() == 1);
    CHECK(taken.drop_applied(3) == 9);
    taken.clear();
    batch.through = 12;
    outbox.put(batch);
    outbox.take(taken);
    CHECK(taken.updates.empty());
    CHECK(taken.drop_applied(9) == 12);
}

TEST_CASE("an outbox has no room at its capacity, and has again when it was taken", "[ranking][outbox]")
{
    Outbox outbox;
    UpdateBatch batch;
    for (std::size_t n = 0; n + 1 < Outbox::kCapacity; ++n) {
        batch.add(update(n, n, 1, 95), "");
    }
    CHECK(outbox.put(batch) == Outbox::kCapacity - 1);
    CHECK(outbox.has_room());
    batch.add(update(0, 1, 1, 95), "");
    CHECK(outbox.put(batch) == Outbox::kCapacity);
    CHECK_FALSE(outbox.has_room());
    outbox.take(batch);
    CHECK(batch.updates.size() == Outbox::kCapacity);
    CHECK(outbox.has_room());
}

TEST_CASE("between two threads an outbox loses nothing", "[ranking][outbox]")
{
    constexpr std::uint64_t kUpdates = 30'000;
    Outbox outbox;
    std::thread producer([&] {
        UpdateBatch batch;
        for (std::uint64_t n = 0; n < kUpdates; ++n) {
            batch.add(update(n, n, 1, 95), std::to_string(n));
            if (n % 7 == 0 || n + 1 == kUpdates) {
                outbox.put(batch);
            }
        }
    });
    std::uint64_t next = 0;
    std::size_t wrong = 0;
    UpdateBatch batch;
    while (next < kUpdates) {
        outbox.take(batch);
        for (const auto& each : batch.updates) {
            wrong += raw(each.racer_id) != next || batch.name(each) != std::to_string(next) ? 1U : 0U;
            ++next;
        }
        batch.clear();
    }
    producer.join();
    CHECK(wrong == 0);
    CHECK(next == kUpdates);
}

TEST_CASE("a name book knows the latest name of each racer heard of", "[ranking][names]")
{
    NameBook names;
    CHECK(names.name(RacerId{7}) == "Racer 7");
    names.set(RacerId{7}, "Hubert");
    names.set(RacerId{0}, "");
    CHECK(names.name(RacerId{7}) == "Hubert");
    CHECK(names.name(RacerId{0}).empty());
    names.set(RacerId{7}, "Zo\xC3\xAB");
    CHECK(names.name(RacerId{7}) == "Zo\xC3\xAB");
    CHECK(names.name(RacerId{9007199254740991}) == "Racer 9007199254740991");
}
