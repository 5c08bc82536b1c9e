#include "ride.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace alleycat::plausibility {

namespace {

/// Clocks of doors differ by less; what is more was set.
constexpr std::int64_t kClockStepMs = 1'000;
/// A second that was not reported may have been ridden otherwise: behind a gap no more than this counts as one stand.
constexpr std::uint32_t kGapSeconds = 2;

}  // namespace

Ride::Judgement Ride::judge(const telemetry::Record& record, std::int64_t arrival_ms, std::uint64_t connection,
                            const Limits& limits)
{
    follow_clock(record, arrival_ms);
    // Whoever sends what was sent before tells who sends, if nothing else.
    const bool turns = take_turns(connection, arrival_ms, limits);
    if (const auto known = remembered(record.second)) {
        return {*known, false};
    }
    Suspicions found;
    const auto add_if = [&found](bool holds, Suspicion suspicion) {
        if (holds) {
            found.add(suspicion);
        }
    };
    add_if(slews(record, limits), Suspicion::Slew);
    add_if(stands_still(record, limits), Suspicion::Frozen);
    const auto ahead = record.device_timestamp_ms - arrival_ms;
    add_if((limits.clock_ahead.count() != 0 && ahead > limits.clock_ahead.count()) ||
               (limits.clock_behind.count() != 0 && -ahead > limits.clock_behind.count()),
           Suspicion::ClockSkew);
    add_if(runs_ahead(record, arrival_ms, limits), Suspicion::RaceClock);
    add_if(turns, Suspicion::TwoConnections);
    remember(record.second, found);
    return {found, true};
}

std::optional<Suspicions> Ride::remembered(std::uint32_t second) const
{
    if (second < base_ || second - base_ >= judged_.size() || judged_[second - base_] == kNotJudged) {
        return std::nullopt;
    }
    return Suspicions(judged_[second - base_]);
}

void Ride::remember(std::uint32_t second, Suspicions suspicions)
{
    if (second < base_) {
        return;
    }
    if (second - base_ >= 2 * Judge::kSeconds) {  // rarely, and half of it at once
        const auto gone = second - base_ - Judge::kSeconds + 1;
        judged_.erase(judged_.begin(),
                      judged_.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(gone, judged_.size())));
        base_ += gone;
    }
    const auto at = second - base_;
    if (judged_.size() <= at) {
        judged_.resize(at + 1, kNotJudged);
    }
    judged_[at] = suspicions.bits();
}

/// Our own clock may be set, too: back, as if no time had passed.
void Ride::follow_clock(const telemetry::Record& record, std::int64_t arrival_ms)
{
    if (latest_ms_ == 0) {
        first_second_ = record.second;
        first_ms_ = arrival_ms;
    } else if (arrival_ms + kClockStepMs < latest_ms_) {
        first_ms_ -= latest_ms_ - arrival_ms;
        latest_ms_ = arrival_ms;
    }
    latest_ms_ = std::max(latest_ms_, arrival_ms);
}

/// A client that connects again goes on on another connection, and never comes back on the one before: two who send for
/// one racer do.
bool Ride::take_turns(std::uint64_t connection, std::int64_t arrival_ms, const Limits& limits)
{
    if (connection == 0) {
        return false;
    }
    if (connection == sender_.connection) {
        sender_.last_ms = arrival_ms;
        return false;
    }
    const bool comes_back = connection == sender_before_.connection;
    const auto since = arrival_ms - sender_.last_ms;
    sender_before_ = std::exchange(sender_, {connection, arrival_ms});
    return comes_back && since <= limits.two_connections.count() && limits.two_connections.count() != 0;
}

/// Compared with the latest second that was no slew itself, so that a spike is one suspect record, and not two.
bool Ride::slews(const telemetry::Record& record, const Limits& limits)
{
    const Pedals now{record.second, record.cadence, record.resistance};
    if (!steady_) {
        steady_ = now;
        return false;
    }
    if (now.second <= steady_->second) {
        return false;  // it comes late: what is ahead of it has been judged
    }
    const auto seconds = static_cast<double>(now.second - steady_->second);
    const auto exceeds = [seconds](double change, double limit) {
        return limit > 0 && std::abs(change) > limit * seconds;
    };
    if (exceeds(now.cadence - steady_->cadence, limits.cadence_slew) ||
        exceeds(now.resistance - steady_->resistance, limits.resistance_slew)) {
        return true;
    }
    steady_ = now;
    return false;
}

bool Ride::stands_still(const telemetry::Record& record, const Limits& limits)
{
    const Pedals now{record.second, record.cadence, record.resistance};
    if (newest_ && now.second <= newest_->second) {
        return false;  // late, likewise
    }
    const bool still =
        newest_ && now.cadence > 0 && now.cadence == newest_->cadence && now.resistance == newest_->resistance;
    still_seconds_ = still ? still_seconds_ + std::min(now.second - newest_->second, kGapSeconds) : 0;
    newest_ = now;
    return limits.frozen.count() != 0 && std::chrono::seconds(still_seconds_) >= limits.frozen;
}

bool Ride::runs_ahead(const telemetry::Record& record, std::int64_t arrival_ms, const Limits& limits) const
{
    if (limits.race_slack.count() == 0 || record.second <= first_second_) {
        return false;
    }
    const auto ridden_ms = std::int64_t{1'000} * (record.second - first_second_);
    return ridden_ms > arrival_ms - first_ms_ + limits.race_slack.count();
}

}  // namespace alleycat::plausibility
