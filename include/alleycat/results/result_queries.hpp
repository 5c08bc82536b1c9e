#pragma once

#include <alleycat/core/bounded_queue.hpp>
#include <alleycat/results/result_reader.hpp>

#include <atomic>
#include <functional>
#include <thread>

namespace alleycat::results {

/// Reads the database for those who must not wait for a disk, on a thread of its own.
///
/// Full: at most kCapacity queries wait.
class ResultQueries {
public:
    static constexpr std::size_t kCapacity = 256;

    using Query = std::function<void(const ResultReader&)>;  ///< on the thread of its own

    explicit ResultQueries(ResultReader reader);
    ~ResultQueries();

    void start();
    /// Leaves what waits undone, and ends the thread.
    void stop();

    /// False, and `query` is not called, where too many wait. Any thread.
    [[nodiscard]] bool try_ask(Query query);

private:
    void run();

    const ResultReader reader_;
    BoundedQueue<Query> queue_{kCapacity};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace alleycat::results
