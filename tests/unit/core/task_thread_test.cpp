#include <alleycat/core/task_thread.hpp>

#include <catch2/catch.hpp>

#include <future>
#include <vector>

using namespace alleycat;

TEST_CASE("tasks are run in their order, on a thread of their own", "[core][task_thread]")
{
    TaskThread thread(8);
    std::vector<int> done;
    std::promise<std::thread::id> last;
    for (const int number : {1, 2, 3}) {
        REQUIRE(thread.try_run([&done, number] { done.push_back(number); }));
    }
    REQUIRE(thread.try_run([&last] { last.set_value(std::this_thread::get_id()); }));
    CHECK(done.empty());  // it was not started
    thread.start();
    CHECK(last.get_future().get() != std::this_thread::get_id());
    CHECK(done == std::vector<int>{1, 2, 3});
}

TEST_CASE("a task too many is refused, and comes to nothing", "[core][task_thread]")
{
    TaskThread thread(2);
    int run = 0;
    REQUIRE(thread.try_run([&run] { ++run; }));
    REQUIRE(thread.try_run([&run] { ++run; }));
    CHECK_FALSE(thread.try_run([&run] { run += 100; }));
    thread.start();
    std::promise<void> ended;
    while (!thread.try_run([&ended] { ended.set_value(); })) {
        std::this_thread::yield();
    }
    ended.get_future().get();
    CHECK(run == 2);
}

TEST_CASE("a stop lets the task that runs end, and leaves what waits undone", "[core][task_thread]")
{
    TaskThread thread(8);
    std::promise<void> running;
    bool ended = false;
    bool waited = false;
    REQUIRE(thread.try_run([&] {
        running.set_value();
        while (!thread.stopping()) {
            std::this_thread::yield();
        }
        ended = true;
    }));
    REQUIRE(thread.try_run([&waited] { waited = true; }));
    thread.start();
    running.get_future().get();
    thread.stop();
    CHECK(ended);
    CHECK_FALSE(waited);
    CHECK_FALSE(thread.try_run([] {}));
    thread.stop();  // once more is no mistake
}

TEST_CASE("a chore is done at the start and again when its time has come, without any task", "[core][task_thread]")
{
    std::promise<void> often;
    int times = 0;
    TaskThread thread(1, TaskThread::Chore{std::chrono::milliseconds(1), [&] {
                                               if (++times == 3) {
                                                   often.set_value();
                                               }
                                           }});
    thread.start();
    often.get_future().get();
    thread.stop();
    CHECK(times >= 3);
}

TEST_CASE("tasks do not wait for a chore whose time is far off", "[core][task_thread]")
{
    int times = 0;
    TaskThread thread(1, TaskThread::Chore{std::chrono::hours(1), [&times] { ++times; }});
    thread.start();
    std::promise<int> seen;
    REQUIRE(thread.try_run([&] { seen.set_value(times); }));
    CHECK(seen.get_future().get() == 1);
}
