#pragma once

#include <alleycat/core/verdict.hpp>
#include <alleycat/telemetry/record.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace alleycat::plausibility {

/// What a bike can do. Of each check, 0 switches it off. The README of this room has the reasons for the defaults.
struct Limits {
    double cadence_slew{150};                           ///< rpm a second, up or down
    double resistance_slew{80};                         ///< % a second, up or down
    std::chrono::milliseconds frozen{120'000};          ///< both values stand still, to the last digit, while pedalling
    std::chrono::milliseconds clock_ahead{86'400'000};  ///< the device's time is later than ours
    std::chrono::milliseconds clock_behind{0};          ///< … or earlier
    std::chrono::milliseconds race_slack{120'000};  ///< the race's second is ahead of the time since the first record
    std::chrono::milliseconds two_connections{5'000};  ///< another connection sent, too, and this one before it

    bool operator==(const Limits&) const = default;
};

/// Says of each record whether a bike can have sent it, by what the same racer has sent before in the same race.
///
/// A second of a ride is judged once: asked for again (behind a full ring, by a broker that repeats, by a client that
/// sends again what nobody acknowledged) it has the verdict that it had, whatever it brings then.
///
/// Thread: any; racers are spread over kStripes locks, each held for a look-up.
/// Memory: at most `rides` of about 200 bytes and one for each second ridden; what is silent for kSilence goes, and
///         where there is no room the ride that is silent longest. What is forgotten is judged as if it were new.
class Judge {
public:
    static constexpr std::size_t kStripes = 64;
    static constexpr std::size_t kRides = 200'000;
    static constexpr std::chrono::milliseconds kSilence{600'000};
    /// Of a ride, the latest so many seconds are remembered at least; an older one is judged anew each time.
    static constexpr std::uint32_t kSeconds = 1'024;

    enum class Mode : std::uint8_t {
        Flag,        ///< what is suspect counts all the same
        Quarantine,  ///< … is held
    };

    Judge(Mode mode, const Limits& limits, std::size_t rides = kRides);
    ~Judge();

    /// `arrival_ms`: ms since the epoch. `connection`: a number that no other connection has; 0: nobody knows it.
    [[nodiscard]] Verdict judge(const telemetry::Record& record, std::int64_t arrival_ms, std::uint64_t connection);

    /// From the next record on.
    void set_limits(const Limits& limits);

    /// Seconds of rides that were suspect for this reason, ever.
    [[nodiscard]] std::uint64_t count(Suspicion suspicion) const
    {
        return counts_[static_cast<std::size_t>(suspicion)].load(std::memory_order_relaxed);
    }
    /// Rides that are remembered now.
    [[nodiscard]] std::size_t rides() const;

private:
    class Stripe;

    const Mode mode_;
    const std::unique_ptr<Stripe[]> stripes_;
    std::array<std::atomic<std::uint64_t>, kSuspicions.size()> counts_{};
};

}  // namespace alleycat::plausibility
