#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace alleycat::sim {

/// What a run prints at its end.
struct Summary {
    std::string_view transport;
    std::uint32_t riders{0};
    std::uint32_t connections{0};
    std::uint32_t batch{0};
    std::uint64_t sent{0};
    std::uint64_t acked{0};
    std::uint64_t rejected{0};
    double elapsed_s{
        0};  ///< from the first record handed over to the last answer; without the time spent encoding ahead
    double p50_ms{0};
    double p99_ms{0};
    double max_ms{0};
    double cpu_s{0};  ///< this process, in the same time
};

/// One line of JSON without its end. `rate` is the records answered a second.
[[nodiscard]] std::string to_json(const Summary& summary);

}  // namespace alleycat::sim
