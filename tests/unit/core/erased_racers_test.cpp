#include <alleycat/core/erased_racers.hpp>

#include <catch2/catch.hpp>

#include <thread>
#include <vector>

using namespace alleycat;

TEST_CASE("what arrived until the erasure was asked is erased, and nothing later", "[core][erased]")
{
    ErasedRacers erased;
    CHECK_FALSE(erased.erased(RacerId{7}, 0));
    CHECK_FALSE(erased.erased(RacerId{7}, INT64_MIN + 1));
    CHECK_FALSE(erased.may_be_erased(0));
    erased.add(RacerId{7}, 1'000);
    CHECK(erased.may_be_erased(1'000));
    CHECK_FALSE(erased.may_be_erased(1'001));
    CHECK(erased.erased(RacerId{7}, 0));
    CHECK(erased.erased(RacerId{7}, 1'000));
    CHECK_FALSE(erased.erased(RacerId{7}, 1'001));
    CHECK_FALSE(erased.erased(RacerId{8}, 1'000));
    CHECK(erased.size() == 1);
}

TEST_CASE("each racer has a time of their own, and of several the latest", "[core][erased]")
{
    ErasedRacers erased;
    erased.add(RacerId{7}, 1'000);
    erased.add(RacerId{8}, 3'000);
    CHECK_FALSE(erased.erased(RacerId{7}, 2'000));
    CHECK(erased.erased(RacerId{8}, 2'000));
    erased.add(RacerId{7}, 500);
    CHECK(erased.erased(RacerId{7}, 1'000));
    erased.add(RacerId{7}, 2'000);
    CHECK(erased.erased(RacerId{7}, 2'000));
    CHECK(erased.size() == 2);
}

TEST_CASE("an erasure is known on all threads when it returns, and disturbs no other", "[core][erased]")
{
    ErasedRacers erased;
    std::atomic<std::uint64_t> done{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> readers;
    constexpr std::uint64_t kRacers = 2'000;
    for (int reader = 0; reader < 2; ++reader) {
        readers.emplace_back([&] {
            for (std::uint64_t racer = 0; racer < kRacers;) {
                const auto asked = done.load();
                for (; racer < asked; ++racer) {
                    wrong += erased.erased(RacerId{racer}, static_cast<std::int64_t>(racer)) ? 0 : 1;
                    wrong += erased.erased(RacerId{racer + kRacers}, 0) ? 1 : 0;
                }
                std::this_thread::yield();
            }
        });
    }
    for (std::uint64_t racer = 0; racer < kRacers; ++racer) {
        erased.add(RacerId{racer}, static_cast<std::int64_t>(racer));
        done = racer + 1;
    }
    for (auto& reader : readers) {
        reader.join();
    }
    CHECK(wrong == 0);
}
