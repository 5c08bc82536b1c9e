#include <alleycat/core/bounded_queue.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace alleycat;

namespace {

using Clock = std::chrono::steady_clock;

const auto kLongAgo = Clock::time_point{};
/// Only keeps a broken program from hanging the test.
Clock::time_point limit()
{
    return Clock::now() + std::chrono::seconds(60);
}

}  // namespace

TEST_CASE("a queue gives values back in their order", "[core][queue]")
{
    BoundedQueue<int> queue(3);
    for (int value : {1, 2, 3}) {
        REQUIRE(queue.try_push(value));
    }
    CHECK(queue.size() == 3);
    CHECK(queue.pop_until(kLongAgo) == 1);
    CHECK(queue.pop_until(kLongAgo) == 2);
    CHECK(queue.pop_until(kLongAgo) == 3);
    CHECK(queue.pop_until(kLongAgo) == std::nullopt);
    CHECK(queue.size() == 0);
}

TEST_CASE("a full queue refuses and leaves the value with its producer", "[core][queue]")
{
    BoundedQueue<std::unique_ptr<std::string>> queue(1);
    auto first = std::make_unique<std::string>("first");
    auto second = std::make_unique<std::string>("second");
    REQUIRE(queue.try_push(first));
    CHECK(first == nullptr);
    REQUIRE_FALSE(queue.try_push(second));
    REQUIRE(second != nullptr);
    CHECK(*second == "second");

    CHECK(**queue.pop_until(kLongAgo) == "first");
    CHECK(queue.try_push(second));
}

TEST_CASE("a closed queue takes nothing more but gives what it holds", "[core][queue]")
{
    BoundedQueue<int> queue(2);
    int value = 1;
    REQUIRE(queue.try_push(value));
    queue.close();
    CHECK_FALSE(queue.try_push(value));
    CHECK_FALSE(queue.finished());
    CHECK(queue.pop_until(limit()) == 1);
    CHECK(queue.finished());
    CHECK(queue.pop_until(limit()) == std::nullopt);
}

TEST_CASE("closing wakes a consumer that waits", "[core][queue]")
{
    BoundedQueue<int> queue(1);
    std::optional<int> popped = 1;
    std::thread consumer([&] { popped = queue.pop_until(Clock::time_point::max()); });
    queue.close();
    consumer.join();
    CHECK(popped == std::nullopt);
}

TEST_CASE("across two threads everything arrives once and in order", "[core][queue]")
{
    constexpr int kValues = 50'000;
    BoundedQueue<int> queue(16);
    std::thread producer([&] {
        for (int value = 0; value < kValues; ++value) {
            while (!queue.try_push(value)) {
                std::this_thread::yield();
            }
        }
        queue.close();
    });
    int expected = 0;
    bool in_order = true;
    std::size_t most = 0;
    while (!queue.finished()) {
        most = std::max(most, queue.size());
        if (const auto value = queue.pop_until(limit())) {
            in_order = in_order && *value == expected;
            ++expected;
        }
    }
    producer.join();
    CHECK(in_order);
    CHECK(expected == kValues);
    CHECK(most <= 16);
}
