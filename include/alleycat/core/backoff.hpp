#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace alleycat {

/// How long to wait before the next attempt: doubling up to a cap, each time a random share of it between half and all,
/// so that many clients do not come back in step.
class Backoff {
public:
    Backoff(std::chrono::milliseconds first, std::chrono::milliseconds cap, std::uint64_t seed)
        : first_(first), cap_(cap), next_(first), random_(seed)
    {
    }

    [[nodiscard]] std::chrono::milliseconds next();
    /// An attempt succeeded: begin anew.
    void reset() { next_ = first_; }

private:
    const std::chrono::milliseconds first_;
    const std::chrono::milliseconds cap_;
    std::chrono::milliseconds next_;
    std::mt19937_64 random_;
};

}  // namespace alleycat
