#pragma once

#include <alleycat/plausibility/judge.hpp>

#include <optional>
#include <vector>

namespace alleycat::plausibility {

/// What one racer has sent in one race, as far as it takes to judge what follows.
///
/// Thread: one owner; the clock is the caller's.
class Ride {
public:
    struct Judgement {
        Suspicions suspicions;
        bool first{false};  ///< the second was not judged before
    };

    [[nodiscard]] Judgement judge(const telemetry::Record& record, std::int64_t arrival_ms, std::uint64_t connection,
                                  const Limits& limits);

private:
    /// The pedals as a second left them.
    struct Pedals {
        std::uint32_t second{0};
        double cadence{0};
        double resistance{0};
    };
    struct Sender {
        std::uint64_t connection{0};  // 0: none
        std::int64_t last_ms{0};
    };

    [[nodiscard]] std::optional<Suspicions> remembered(std::uint32_t second) const;
    void remember(std::uint32_t second, Suspicions suspicions);
    void follow_clock(const telemetry::Record& record, std::int64_t arrival_ms);
    /// Whether two connections send in turns.
    [[nodiscard]] bool take_turns(std::uint64_t connection, std::int64_t arrival_ms, const Limits& limits);
    [[nodiscard]] bool slews(const telemetry::Record& record, const Limits& limits);
    [[nodiscard]] bool stands_still(const telemetry::Record& record, const Limits& limits);
    [[nodiscard]] bool runs_ahead(const telemetry::Record& record, std::int64_t arrival_ms, const Limits& limits) const;

    // Where the race's clock started for us:
    std::uint32_t first_second_{0};
    std::int64_t first_ms_{0};
    std::int64_t latest_ms_{0};  // of all arrivals; 0: none yet

    std::optional<Pedals> steady_;  // the latest that no slew led to
    std::optional<Pedals> newest_;
    std::uint32_t still_seconds_{0};  // for which newest_ has not changed
    Sender sender_;
    Sender sender_before_;  // whom it took over from

    std::uint32_t base_{1};             // the second of judged_[0]
    std::vector<std::uint8_t> judged_;  // by second; kNotJudged, or the suspicions
    static constexpr std::uint8_t kNotJudged = 0xFF;
};

}  // namespace alleycat::plausibility
