#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace alleycat {

/// What makes a record look as if no bike had sent it. The enumerator's name is also the wire text and the metric
/// label.
enum class Suspicion : std::uint8_t {
    Slew,            ///< Cadence or resistance changed faster than a bike can.
    Frozen,          ///< Cadence and resistance stood still, to the last digit, while the pedals turned.
    ClockSkew,       ///< The device's clock is far from ours.
    RaceClock,       ///< The race's second runs ahead of real time.
    TwoConnections,  ///< Two connections send for one racer, in turns.
};

inline constexpr std::array kSuspicions{Suspicion::Slew, Suspicion::Frozen, Suspicion::ClockSkew, Suspicion::RaceClock,
                                        Suspicion::TwoConnections};

[[nodiscard]] std::string_view name(Suspicion suspicion);

/// A set of them.
class Suspicions {
public:
    constexpr Suspicions() = default;
    /// `bits`: as bits() gave them.
    constexpr explicit Suspicions(std::uint8_t bits) : bits_(bits & kAll) {}

    constexpr void add(Suspicion suspicion) { bits_ = static_cast<std::uint8_t>(bits_ | bit(suspicion)); }
    [[nodiscard]] constexpr bool has(Suspicion suspicion) const { return (bits_ & bit(suspicion)) != 0; }
    [[nodiscard]] constexpr bool any() const { return bits_ != 0; }
    [[nodiscard]] constexpr std::uint8_t bits() const { return bits_; }

    constexpr bool operator==(const Suspicions&) const = default;

    static constexpr unsigned kBits = kSuspicions.size();
    static constexpr std::uint8_t kAll = (1U << kBits) - 1;

private:
    [[nodiscard]] static constexpr unsigned bit(Suspicion suspicion) { return 1U << static_cast<unsigned>(suspicion); }

    std::uint8_t bits_{0};
};

/// What a record's door made of it, once and for all: in one byte, of which the highest bit is never set.
class Verdict {
public:
    constexpr Verdict() = default;
    constexpr Verdict(Suspicions suspicions, bool held)
        : bits_(static_cast<std::uint8_t>(suspicions.bits() | (held && suspicions.any() ? kHeld : 0)))
    {
    }
    /// Of a record that was held and is let go.
    [[nodiscard]] static constexpr Verdict let_go() { return from_bits(kReleased); }
    [[nodiscard]] static constexpr Verdict from_bits(std::uint8_t bits)
    {
        Verdict verdict;
        verdict.bits_ = bits & (Suspicions::kAll | kHeld | kReleased);
        return verdict;
    }

    [[nodiscard]] constexpr Suspicions suspicions() const { return Suspicions(bits_); }
    [[nodiscard]] constexpr bool suspect() const { return suspicions().any(); }
    [[nodiscard]] constexpr bool held() const { return (bits_ & kHeld) != 0; }          ///< counts nowhere until then
    [[nodiscard]] constexpr bool released() const { return (bits_ & kReleased) != 0; }  ///< was held, and counts now
    [[nodiscard]] constexpr std::uint8_t bits() const { return bits_; }

    constexpr bool operator==(const Verdict&) const = default;

private:
    static constexpr std::uint8_t kHeld = 1U << Suspicions::kBits;
    static constexpr std::uint8_t kReleased = kHeld << 1;
    static_assert(kReleased < 0x80);

    std::uint8_t bits_{0};
};

}  // namespace alleycat
