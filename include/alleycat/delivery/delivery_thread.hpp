#pragma once

#include <alleycat/core/bounded_queue.hpp>
#include <alleycat/delivery/window.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

namespace alleycat::delivery {

/// What became of a window: it is transformed, and its files are stored.
struct Delivered {
    ShardId shard{};
    std::uint64_t last_sequence{0};  ///< every record of the shard up to this one is in this window or an earlier one
    std::vector<telemetry::Sample> samples;  ///< what the history is to compare, in the order of the records
    std::uint64_t failed{0};                 ///< records, stored under processing-failed
    std::uint64_t dropped{0};                ///< records that the transform left out, or of racers who are erased
    std::uint64_t held{0};                   ///< records that are kept elsewhere
};

/// Where delivered windows go.
///
/// Thread: the delivery thread, all calls.
class WindowSink {
public:
    virtual ~WindowSink() = default;

    virtual void deliver(const Delivered& window) = 0;
    /// Behind each run of windows, and whenever the time that the last call returned has come. Returns when to call
    /// again.
    virtual SteadyTime settle(SteadyTime now) = 0;
    /// The last call: everything was delivered.
    virtual void finish() = 0;
};

/// The one thread that brings windows into the history, so that no shard waits for it.
class DeliveryThread {
public:
    /// At most `capacity` windows wait; who brings more waits too.
    DeliveryThread(std::size_t capacity, std::unique_ptr<WindowSink> sink);
    ~DeliveryThread();

    void start();
    using Task = std::function<void()>;

    /// Hands the window over, as soon as there is room. Any thread; none may be inside when stop() is called.
    void deliver(Delivered window);
    /// Runs `task` on the delivery thread, behind the windows that were handed over before. Likewise.
    void run_behind(Task task);
    /// Delivers what waits, finishes the sink and ends the thread.
    void stop();

    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

private:
    using Work = std::variant<Delivered, Task>;

    void run();
    void push(Work work);
    [[nodiscard]] std::optional<Work> take(SteadyTime until);
    void perform(const Work& work);

    BoundedQueue<Work> queue_;
    std::mutex room_mutex_;
    std::condition_variable room_;            // something left the queue
    const std::unique_ptr<WindowSink> sink_;  // the delivery thread
    std::thread thread_;
};

}  // namespace alleycat::delivery
