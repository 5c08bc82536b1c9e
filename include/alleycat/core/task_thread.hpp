#pragma once

#include <alleycat/core/bounded_queue.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>

namespace alleycat {

/// A thread for what others must not wait for, such as a disk: it runs one task behind the other, in the order in which
/// they came.
///
/// Thread: any, but for start() and stop().
/// Full:   at most `capacity` tasks wait.
class TaskThread {
public:
    using Task = std::function<void()>;
    /// What is to be done in between: at the start, and then each time that `interval` has passed.
    struct Chore {
        std::chrono::steady_clock::duration interval;
        Task run;
    };

    explicit TaskThread(std::size_t capacity, std::optional<Chore> chore = std::nullopt);
    ~TaskThread();

    void start();
    /// Leaves what waits undone, and ends the thread when the task that runs has ended. For good.
    void stop();
    /// For a task that takes long, to end early.
    [[nodiscard]] bool stopping() const { return stopping_.load(); }

    /// False, and `task` is not run, where too many wait or it was stopped.
    [[nodiscard]] bool try_run(Task task) { return tasks_.try_push(task); }

private:
    void run();
    /// Does the chore if it is time. Returns when it is to be done next.
    [[nodiscard]] std::chrono::steady_clock::time_point do_chore();

    const std::optional<Chore> chore_;
    std::chrono::steady_clock::time_point next_chore_{std::chrono::steady_clock::time_point::max()};
    BoundedQueue<Task> tasks_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace alleycat
