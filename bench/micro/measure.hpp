#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace alleycat::bench {

inline constexpr int kRounds = 7;

/// Nanoseconds of one call, by the wall clock.
template <class Work>
double time_ns(Work work)
{
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
}

inline double median(std::vector<double> values)
{
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

/// Two works in turn, so that a slow moment of the machine meets both: the median time of each and of their ratio.
struct Compared {
    double first_ns{0};
    double second_ns{0};
    double ratio{0};  // second / first
};
template <class First, class Second>
Compared compare(First first, Second second)
{
    std::vector<double> firsts;
    std::vector<double> seconds;
    std::vector<double> ratios;
    for (int round = 0; round < kRounds; ++round) {
        firsts.push_back(time_ns(first));
        seconds.push_back(time_ns(second));
        ratios.push_back(seconds.back() / firsts.back());
    }
    return {median(firsts), median(seconds), median(ratios)};
}

/// Ends the program where an answer is wrong: what is not right is not timed.
inline void require(bool good, const char* what)
{
    if (!good) {
        std::fprintf(stderr, "wrong answer: %s\n", what);
        std::exit(1);
    }
}

}  // namespace alleycat::bench
