#include "sender.hpp"

#include <algorithm>

namespace alleycat::sim {

std::chrono::milliseconds reconnect_pause(unsigned failures)
{
    constexpr std::chrono::milliseconds kFirst{100};
    constexpr unsigned kMostDoublings = 4;  // 1.6 s
    return kFirst * (1U << std::min(failures - 1, kMostDoublings));
}

}  // namespace alleycat::sim
