#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace alleycat::net {

/// What the handlers of a test's server heard, all connections together.
class Heard {
public:
    void add(const std::string& word)
    {
        {
            const std::lock_guard lock(mutex_);
            words_.push_back(word);
        }
        changed_.notify_all();
    }
    [[nodiscard]] bool wait_for(const std::string& word)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20),
                                 [&] { return std::find(words_.begin(), words_.end(), word) != words_.end(); });
    }
    [[nodiscard]] std::vector<std::string> words() const
    {
        const std::lock_guard lock(mutex_);
        return words_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> words_;  // guarded by mutex_
};

}  // namespace alleycat::net
