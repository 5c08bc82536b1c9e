#pragma once

#include <cstdint>

namespace alleycat::sim {

// Random numbers without state: each is a pure function of where it is used, so that one second of one rider can be
// computed without the seconds before it.

/// Spreads each bit of `value` over all 64 (the finalizer of SplitMix64).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value)
{
    value += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

/// `next` in the context of `key`: mix(mix(seed, racer), second) and so on.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t key, std::uint64_t next)
{
    return mix(key ^ mix(next));
}

/// 0 <= result < 1.
[[nodiscard]] constexpr double unit(std::uint64_t bits)
{
    return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

}  // namespace alleycat::sim
