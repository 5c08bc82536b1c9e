#pragma once

#include <alleycat/core/bounded_queue.hpp>
#include <alleycat/delivery/window.hpp>

#include <memory>
#include <thread>

namespace alleycat::delivery {

/// What becomes of windows.
///
/// Thread: the delivery thread, all calls.
class WindowSink {
public:
    virtual ~WindowSink() = default;

    virtual void deliver(const Window& window) = 0;
    /// Behind each run of windows, and whenever the time that the last call returned has come. Returns when to call
    /// again.
    virtual SteadyTime settle(SteadyTime now) = 0;
    /// The last call: everything was delivered.
    virtual void finish() = 0;
};

/// The one thread that does slow work on windows, so that no shard waits for a disk.
class DeliveryThread {
public:
    /// At most `capacity` windows wait; shards keep theirs meanwhile.
    DeliveryThread(std::size_t capacity, std::unique_ptr<WindowSink> sink);
    ~DeliveryThread();

    void start();
    /// Takes the window, or leaves it alone and returns false where the queue is full. Any thread.
    [[nodiscard]] bool try_deliver(Window& window) { return queue_.try_push(window); }
    /// Delivers what waits, finishes the sink and ends the thread.
    void stop();

    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

private:
    void run();

    BoundedQueue<Window> queue_;
    const std::unique_ptr<WindowSink> sink_;  // the delivery thread
    std::thread thread_;
};

}  // namespace alleycat::delivery
