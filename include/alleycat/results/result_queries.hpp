#pragma once

#include <alleycat/core/task_thread.hpp>
#include <alleycat/results/result_reader.hpp>

#include <functional>

namespace alleycat::results {

/// Reads the database for those who must not wait for a disk, on a thread of its own.
///
/// Full: at most kCapacity queries wait.
class ResultQueries {
public:
    static constexpr std::size_t kCapacity = 256;

    using Query = std::function<void(const ResultReader&)>;  ///< on the thread of its own

    explicit ResultQueries(ResultReader reader);

    void start() { thread_.start(); }
    /// Leaves what waits undone, and ends the thread.
    void stop() { thread_.stop(); }

    /// False, and `query` is not called, where too many wait. Any thread.
    [[nodiscard]] bool try_ask(Query query);

private:
    const ResultReader reader_;
    TaskThread thread_{kCapacity};
};

}  // namespace alleycat::results
