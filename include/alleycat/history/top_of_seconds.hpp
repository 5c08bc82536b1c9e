#pragma once

#include <alleycat/history/best_table.hpp>
#include <alleycat/history/history_text.hpp>

#include <memory>
#include <string>
#include <vector>

namespace alleycat::history {

/// The racers with the best outputs at each second of one class, remembered from one request to the next: only seconds
/// that changed since are looked through.
///
/// Thread: one owner; the bests may come from any.
/// Memory: about 40 bytes for each row of each second as it was asked for last, so 12 MB at the most for 300 seconds;
///         it keeps no column alive.
/// Cost:   one pass over each second that changed, and a copy of the text.
class TopOfSeconds {
public:
    static constexpr std::size_t kMaxTop = 1'000;

    /// The history's text with the `top` (1 … kMaxTop) best outputs of each second only. Of equal outputs the one of
    /// the lower racer id is the better. Always bests of the same class.
    [[nodiscard]] std::string text(const ClassBests& bests, std::size_t top);

    /// How many seconds were looked through, ever.
    [[nodiscard]] std::uint64_t scans() const { return scans_; }

private:
    struct Second {
        std::weak_ptr<const Column> column;  // that was looked through; compared by identity only
        std::vector<RacerOutput> best;       // best first
        std::size_t wanted{0};               // so many of them, or all there are
        std::string text;                    // of the first `in_text` of them
        std::size_t in_text{0};
    };

    void select(Second& second, const Column& outputs, std::size_t top);
    void gather(const Column& outputs, std::size_t top, RacerOutput worst);
    void write(Second& second, std::uint32_t number, std::size_t top);
    void look_up_racers(const RacerIndex& racers);

    std::vector<Second> seconds_;  // [second - 1]
    std::uint64_t scans_{0};
    // Kept for their capacity:
    std::vector<RacerId> racers_;          // by slot, of the bests at work; empty until a second is looked through
    std::vector<RacerOutput> candidates_;  // of the second at work
    std::vector<RacerOutput> rows_;        // likewise
};

}  // namespace alleycat::history
