#include <alleycat/delivery/delivery_thread.hpp>

#include <catch2/catch.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace alleycat;
using namespace alleycat::delivery;
using std::chrono::milliseconds;

namespace {

/// What the sink saw, as words, and what the test tells it.
class Log {
public:
    void add(const std::string& word)
    {
        {
            const std::lock_guard lock(mutex_);
            words_.push_back(word);
        }
        changed_.notify_all();
    }
    [[nodiscard]] std::vector<std::string> words() const
    {
        const std::lock_guard lock(mutex_);
        return words_;
    }
    /// False only where the program is broken.
    [[nodiscard]] bool wait_for(const std::string& word, std::ptrdiff_t times = 1)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(60),
                                 [&] { return std::count(words_.begin(), words_.end(), word) >= times; });
    }
    void hold()
    {
        const std::lock_guard lock(mutex_);
        held_ = true;
    }
    void release()
    {
        {
            const std::lock_guard lock(mutex_);
            held_ = false;
        }
        changed_.notify_all();
    }
    void wait_while_held()
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !held_; });
    }

    /// When settle() asks to be called again.
    std::function<SteadyTime(SteadyTime)> next_settle = [](SteadyTime) { return SteadyTime::max(); };

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> words_;  // all guarded by mutex_
    bool held_{false};
};

class Sink final : public WindowSink {
public:
    explicit Sink(std::shared_ptr<Log> log) : log_(std::move(log)) {}
    void deliver(const Delivered& window) override
    {
        log_->add("deliver " + std::to_string(window.last_sequence));
        log_->wait_while_held();
    }
    SteadyTime settle(SteadyTime now) override
    {
        const auto next = log_->next_settle(now);
        log_->add("settle");
        return next;
    }
    void finish() override { log_->add("finish"); }

private:
    std::shared_ptr<Log> log_;
};

Delivered window(std::uint64_t number)
{
    return {ShardId{0}, number, {{ClassId{1}, 1, RacerId{number}, 115.2}}, 0, 0};
}

std::vector<std::string> without_settle(std::vector<std::string> words)
{
    std::erase(words, "settle");
    return words;
}

}  // namespace

TEST_CASE("windows are delivered in their order, and settled behind", "[delivery][thread]")
{
    const auto log = std::make_shared<Log>();
    DeliveryThread delivery(10, std::make_unique<Sink>(log));
    delivery.start();
    for (std::uint64_t number : {1U, 2U, 3U}) {
        delivery.deliver(window(number));
        REQUIRE(log->wait_for("deliver " + std::to_string(number)));
    }
    delivery.stop();
    CHECK(without_settle(log->words()) == std::vector<std::string>{"deliver 1", "deliver 2", "deliver 3", "finish"});
    const auto words = log->words();
    CHECK(words.back() == "finish");
    CHECK(words[words.size() - 2] == "settle");
}

TEST_CASE("who brings a window to a full delivery waits for room", "[delivery][thread]")
{
    const auto log = std::make_shared<Log>();
    DeliveryThread delivery(2, std::make_unique<Sink>(log));
    log->hold();
    delivery.start();
    delivery.deliver(window(1));
    REQUIRE(log->wait_for("deliver 1"));  // out of the queue, and held up
    delivery.deliver(window(2));
    delivery.deliver(window(3));
    CHECK(delivery.waiting() == 2);
    std::thread fourth([&] {
        delivery.deliver(window(4));
        log->add("took 4");
    });
    CHECK(without_settle(log->words()) == std::vector<std::string>{"deliver 1"});
    log->release();
    REQUIRE(log->wait_for("took 4"));
    fourth.join();
    delivery.stop();
    auto words = without_settle(log->words());
    std::erase(words, "took 4");
    CHECK(words == std::vector<std::string>{"deliver 1", "deliver 2", "deliver 3", "deliver 4", "finish"});
}

TEST_CASE("settle is called when it asked to be, without a window", "[delivery][thread]")
{
    const auto log = std::make_shared<Log>();
    SteadyTime asked_for{};  // the delivery thread, as the next
    int early = 0;
    log->next_settle = [&](SteadyTime now) {
        early += now < asked_for ? 1 : 0;
        return asked_for = now + milliseconds(10);
    };
    DeliveryThread delivery(2, std::make_unique<Sink>(log));
    delivery.start();
    CHECK(log->wait_for("settle", 5));
    delivery.stop();
    CHECK(early <= 1);  // the stop comes when it comes
    CHECK(log->words().back() == "finish");
}

TEST_CASE("what waits at the stop is delivered before the sink is finished", "[delivery][thread]")
{
    const auto log = std::make_shared<Log>();
    DeliveryThread delivery(100, std::make_unique<Sink>(log));
    std::vector<std::string> expected;
    for (std::uint64_t number = 1; number <= 100; ++number) {
        delivery.deliver(window(number));
        expected.push_back("deliver " + std::to_string(number));
    }
    delivery.start();
    delivery.stop();
    expected.emplace_back("finish");
    CHECK(without_settle(log->words()) == expected);
    delivery.stop();  // once more changes nothing
    CHECK(without_settle(log->words()) == expected);
}
