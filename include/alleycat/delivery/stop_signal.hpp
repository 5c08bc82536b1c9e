#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace alleycat::delivery {

/// Waits so long; false where a stop ended it early.
using Wait = std::function<bool(std::chrono::milliseconds)>;

/// Ends waits for good. Any thread.
class StopSignal {
public:
    void raise()
    {
        {
            const std::lock_guard lock(mutex_);
            raised_ = true;
        }
        changed_.notify_all();
    }

    [[nodiscard]] bool raised() const
    {
        const std::lock_guard lock(mutex_);
        return raised_;
    }

    /// False where the signal is or gets raised.
    [[nodiscard]] bool wait_for(std::chrono::milliseconds time)
    {
        std::unique_lock lock(mutex_);
        return !changed_.wait_for(lock, time, [this] { return raised_; });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool raised_{false};  // guarded by mutex_
};

}  // namespace alleycat::delivery
