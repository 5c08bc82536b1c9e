#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace alleycat {

/// A hand-off between threads that holds at most `capacity` values.
///
/// Thread: any number of producers and consumers.
/// Full:   try_push() refuses; the producer keeps the value and decides.
template <class T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    /// Moves from `value` and returns true, or leaves it alone and returns false where the queue is full or closed.
    [[nodiscard]] bool try_push(T& value)
    {
        {
            const std::lock_guard lock(mutex_);
            if (closed_ || values_.size() >= capacity_) {
                return false;
            }
            values_.push_back(std::move(value));
        }
        ready_.notify_one();
        return true;
    }

    /// The oldest value; waits until there is one, `deadline` passes or the queue is closed and empty.
    template <class TimePoint>
    [[nodiscard]] std::optional<T> pop_until(TimePoint deadline)
    {
        std::unique_lock lock(mutex_);
        ready_.wait_until(lock, deadline, [this] { return closed_ || !values_.empty(); });
        if (values_.empty()) {
            return std::nullopt;
        }
        std::optional<T> value(std::move(values_.front()));
        values_.pop_front();
        return value;
    }

    /// No further pushes; what is inside can still be popped.
    void close()
    {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        ready_.notify_all();
    }

    [[nodiscard]] bool finished() const
    {
        const std::lock_guard lock(mutex_);
        return closed_ && values_.empty();
    }

    [[nodiscard]] std::size_t size() const
    {
        const std::lock_guard lock(mutex_);
        return values_.size();
    }

private:
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<T> values_;  // guarded by mutex_, never above capacity_
    bool closed_{false};    // guarded by mutex_
};

}  // namespace alleycat
