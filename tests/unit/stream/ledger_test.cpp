#include "stream_fixture.hpp"

#include <atomic>

using namespace alleycat::stream;

namespace {

bool balanced(const Ledger::Totals& totals)
{
    return totals.accepted() == totals.applied + totals.failed + totals.dropped + totals.in_stream + totals.in_delivery;
}

std::uint64_t accepted_by(const Ledger::Totals& totals, const std::string& door)
{
    std::uint64_t sum = 0;
    for (const auto& each : totals.doors) {
        sum += each.name == door ? each.accepted : 0;
    }
    return sum;
}

}  // namespace

TEST_CASE("each step of a record is one entry in the ledger", "[stream][ledger]")
{
    Ledger ledger;
    const auto mqtt = ledger.add_door("mqtt");
    const auto websocket = ledger.add_door("websocket");
    ledger.accept(mqtt, 10);
    ledger.accept(websocket, 5);
    ledger.replay(3);
    CHECK(ledger.totals().accepted() == 18);
    CHECK(accepted_by(ledger.totals(), "mqtt") == 10);
    CHECK(accepted_by(ledger.totals(), "websocket") == 5);
    CHECK(accepted_by(ledger.totals(), "replay") == 3);
    CHECK(ledger.totals().in_stream == 15);
    CHECK(ledger.totals().in_delivery == 3);
    ledger.hand_on(12);
    CHECK(ledger.totals().in_stream == 3);
    CHECK(ledger.totals().in_delivery == 15);
    ledger.settle(10, 2, 1);
    CHECK(ledger.totals().in_delivery == 2);
    CHECK(ledger.totals().applied == 10);
    CHECK(ledger.totals().failed == 2);
    CHECK(ledger.totals().dropped == 1);
    CHECK(balanced(ledger.totals()));
}

TEST_CASE("the ledger balances at every moment, whoever writes and looks", "[stream][ledger]")
{
    constexpr std::uint64_t kThreads = 4;
    constexpr std::uint64_t kRounds = 5'000;
    constexpr std::uint64_t kMost = 7;  // records a round
    Ledger ledger;
    std::vector<std::size_t> doors;
    for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
        doors.push_back(ledger.add_door("door " + std::to_string(thread)));
    }
    std::atomic<bool> done{false};
    std::size_t unbalanced = 0;
    std::size_t looks = 0;
    std::thread observer([&] {
        do {
            const auto totals = ledger.totals();
            unbalanced += balanced(totals) ? 0U : 1U;
            unbalanced += totals.in_stream > kThreads * kMost || totals.in_delivery > kThreads * kMost * 2 ? 1U : 0U;
            ++looks;
        } while (!done.load());
    });
    std::vector<std::thread> writers;
    for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
        writers.emplace_back([&, thread] {
            for (std::uint64_t round = 0; round < kRounds; ++round) {
                const auto records = 1 + (round + thread) % kMost;
                ledger.accept(doors[thread], records);
                ledger.hand_on(records);
                ledger.replay(records);
                ledger.settle(2 * records - 1, 1, 0);
            }
        });
    }
    for (auto& writer : writers) {
        writer.join();
    }
    done.store(true);
    observer.join();
    CHECK(unbalanced == 0);
    CHECK(looks > 0);
    const auto totals = ledger.totals();
    CHECK(totals.in_stream == 0);
    CHECK(totals.in_delivery == 0);
    CHECK(totals.failed == kThreads * kRounds);
    CHECK(totals.accepted() == totals.applied + totals.failed);
}

TEST_CASE("a record is accepted by its door when it is handed over, before its shard can hand it on",
          "[stream][ledger]")
{
    StreamFixture fixture({.shards = 2});
    auto first = fixture.stream.make_producer("first", [] {});
    auto second = fixture.stream.make_producer("second", [] {});
    fixture.stream.start();
    for (std::uint32_t n = 1; n <= 30; ++n) {
        REQUIRE(push(n % 3 == 0 ? second : first, record(n, 1)));
    }
    CHECK(fixture.ledger.totals().accepted() == 0);
    first.flush();
    CHECK(accepted_by(fixture.ledger.totals(), "first") == 20);
    CHECK(accepted_by(fixture.ledger.totals(), "second") == 0);
    second.flush();
    second.flush();
    fixture.stop();
    CHECK(accepted_by(fixture.ledger.totals(), "second") == 10);
    CHECK(fixture.ledger.totals().in_stream == 30);  // this consumer hands nothing on
    CHECK(fixture.entries() == 30);
}
