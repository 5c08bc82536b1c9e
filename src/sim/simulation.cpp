#include "simulation.hpp"

#include "race_window.hpp"

#include <algorithm>
#include <cmath>

namespace alleycat::sim {

namespace {

constexpr std::uint64_t kStageBytes = 384ULL * 1024 * 1024;  // encoded ahead at most, on all connections
constexpr std::uint64_t kRecordBytes = 256;        // a generous guess of one record with its share of all else
constexpr std::uint64_t kStreamRecordBytes = 384;  // in base64 and with its key
constexpr std::chrono::seconds kStopPatience{5};   // for answers after a request to stop

std::uint64_t record_bytes(Transport transport)
{
    return transport == Transport::Stream ? kStreamRecordBytes : kRecordBytes;
}

std::string_view name(Transport transport)
{
    switch (transport) {
        case Transport::Mqtt:
            return "mqtt";
        case Transport::WebSocket:
            return "websocket";
        case Transport::Stream:
            break;
    }
    return "stream";
}

double milliseconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

Simulation::Simulation(const Options& options, Sender& sender, Clocks clocks)
    : options_(options),
      sender_(sender),
      clocks_(std::move(clocks)),
      encoder_(options.seed, options.seconds, options.shuffle_fields),
      schedule_(options.riders, options.connections, options.payload_records(), options.seconds,
                options.speed > 0 ? options.speed : 1)
{
    riders_.reserve(options.riders);
    for (std::uint32_t at = 0; at < options.riders; ++at) {
        riders_.push_back(make_rider(options.seed, RacerId{std::uint64_t{options.first_racer} + at},
                                     options.classes[at % options.classes.size()]));
    }
}

bool Simulation::tick()
{
    const Instant now = clocks_.steady();
    check_stop(now);
    check_stalled(now);
    switch (phase_) {
        case Phase::Connecting:
            if (sender_.connected()) {
                plan_race(clocks_.epoch_ms(), now);
            }
            break;
        case Phase::Waiting:
            if (now >= race_start_) {
                begin_race(now);
            }
            break;
        case Phase::Racing:
            if (options_.speed > 0) {
                send_due(now);
            } else if (sender_.idle()) {
                send_stage(now);
            }
            break;
        case Phase::Settling:
            if (sender_.idle() || stop_requests_ > 1 || (stopping_ && now >= settle_until_)) {
                finish();
            }
            break;
        case Phase::Done:
            break;
    }
    return phase_ != Phase::Done;
}

void Simulation::check_stop(Instant now)
{
    if (stop_requests_ == 0 || stopping_ || phase_ == Phase::Done) {
        return;
    }
    stopping_ = true;
    settle_until_ = now + kStopPatience;
    sender_.discard_unsent();
    phase_ = Phase::Settling;
}

void Simulation::check_stalled(Instant now)
{
    const Tally& tally = sender_.tally();
    const std::uint64_t answered = tally.acked + tally.rejected;
    const bool nothing_to_wait_for = phase_ != Phase::Connecting && sender_.idle();
    if (!progress_at_ || answered != answered_ || nothing_to_wait_for || phase_ == Phase::Done) {
        answered_ = answered;
        progress_at_ = now;
        return;
    }
    if (now - *progress_at_ < options_.timeout) {
        return;
    }
    const std::string seconds = std::to_string(std::lround(milliseconds(options_.timeout) / 1000)) + " s";
    const std::string server = options_.host + ':' + options_.port;
    failure_ = phase_ == Phase::Connecting ? "cannot connect to " + server + " for " + seconds
                                           : "no acknowledgement from " + server + " for " + seconds;
    if (!tally.last_error.empty()) {
        failure_ += ": " + tally.last_error;
    }
    finish();
}

/// When the next race starts if it may not before `not_before_ms`.
std::int64_t Simulation::start_of_race(std::int64_t not_before_ms) const
{
    if (options_.start == Start::Now) {
        return not_before_ms;
    }
    const auto running = race_start(not_before_ms, options_.window);
    const bool joins = options_.start == Start::Running && race_.number == 0;
    return joins && not_before_ms < running + schedule_.length().count()
               ? running
               : next_race_start(not_before_ms, options_.window);
}

/// The next race starts at `not_before_ms` (`at` on the steady clock), or where its window does.
void Simulation::plan_race(std::int64_t not_before_ms, Instant at)
{
    race_.start_ms = start_of_race(not_before_ms);
    race_start_ = at + std::chrono::milliseconds(race_.start_ms - not_before_ms);
    if (options_.race_id) {
        race_.id = RaceId{*options_.race_id + race_.number};
    } else if (race_.number == 0 || options_.start != Start::Now) {
        race_.id = race_at(race_.start_ms, options_.window);
    } else {
        race_.id = RaceId{raw(race_.id) + 1};
    }
    phase_ = Phase::Waiting;
}

void Simulation::race_or_finish(std::int64_t not_before_ms, Instant at)
{
    if (options_.races != 0 && race_.number + 1 >= options_.races) {
        phase_ = Phase::Settling;
        return;
    }
    ++race_.number;
    plan_race(not_before_ms, at);
}

void Simulation::begin_race(Instant now)
{
    phase_ = Phase::Racing;
    produced_ = 0;
    staged_second_ = 0;
    if (options_.speed > 0) {
        start_clock();
        send_due(now);
    } else {
        send_stage(now);
    }
}

void Simulation::send_due(Instant now)
{
    const std::uint64_t due = schedule_.due(now - race_start_);
    while (produced_ < due) {
        const Schedule::Message message = schedule_.at(produced_);
        if (!sender_.can_take(message.connection)) {
            break;  // the riders wait, as long as the server makes them
        }
        for (std::uint32_t at = 0; at < message.riders; ++at) {
            add_record(message.first_rider + at * options_.connections, message.second, message.since_start.count());
        }
        enqueue_payload(message.connection);
        ++produced_;
    }
    sender_.flush();
    if (produced_ == schedule_.messages()) {
        race_or_finish(race_.start_ms + schedule_.length().count(), race_start_ + schedule_.length());
    }
}

/// The stage before is answered. Begins the next one, if there is one in this race.
void Simulation::send_stage(Instant now)
{
    stop_clock();
    if (staged_second_ == options_.seconds) {
        race_or_finish(clocks_.epoch_ms(), now);
        return;
    }
    const auto seconds = std::max<std::uint64_t>(1, kStageBytes / (record_bytes(options_.transport) * options_.riders));
    const std::uint32_t first = staged_second_ + 1;
    staged_second_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(options_.seconds, staged_second_ + seconds));
    encode_stage(first, staged_second_);
    start_clock();
    sender_.flush();
}

void Simulation::encode_stage(std::uint32_t first_second, std::uint32_t last_second)
{
    for (std::uint32_t connection = 0; connection < options_.connections; ++connection) {
        const std::uint64_t riders = (options_.riders - connection + options_.connections - 1) / options_.connections;
        const std::uint64_t records = riders * (last_second - first_second + 1);
        sender_.reserve(connection, records * record_bytes(options_.transport),
                        records / options_.payload_records() + 1);
        for (std::uint32_t second = first_second; second <= last_second; ++second) {
            for (std::uint32_t rider = connection; rider < options_.riders; rider += options_.connections) {
                add_record(rider, second,
                           (second - 1) * std::int64_t{1000} + rider * std::int64_t{1000} / options_.riders);
                if (payload_records_ == options_.payload_records()) {
                    enqueue_payload(connection);
                }
            }
        }
        if (payload_records_ > 0) {
            enqueue_payload(connection);
        }
    }
}

void Simulation::add_record(std::uint32_t rider, std::uint32_t second, std::int64_t since_start_ms)
{
    if (options_.payload_records() > 1) {
        payload_.append(1, payload_records_ == 0 ? '[' : ',');
    }
    if (payload_records_ == 0) {
        payload_racer_ = riders_[rider].racer_id;
    }
    encoder_.append(payload_, riders_[rider], race_, second, race_.start_ms + since_start_ms);
    ++payload_records_;
}

void Simulation::enqueue_payload(std::uint32_t connection)
{
    if (options_.payload_records() > 1) {
        payload_.append(1, ']');
    }
    sender_.enqueue(connection, payload_racer_, payload_, payload_records_);
    payload_.clear();
    payload_records_ = 0;
}

void Simulation::start_clock()
{
    if (!clock_from_) {
        clock_from_ = clocks_.steady();
        cpu_from_ = clocks_.cpu_s();
    }
}

void Simulation::stop_clock()
{
    if (!clock_from_) {
        return;
    }
    elapsed_s_ += std::max(0.0, std::chrono::duration<double>(sender_.tally().last_answer - *clock_from_).count());
    cpu_s_ += clocks_.cpu_s() - cpu_from_;
    clock_from_.reset();
}

void Simulation::finish()
{
    stop_clock();
    phase_ = Phase::Done;
}

Progress Simulation::progress() const
{
    const Tally& tally = sender_.tally();
    Progress progress;
    progress.phase = phase_;
    progress.race_id = raw(race_.id);
    progress.race = race_.number;
    progress.now = clocks_.steady();
    const double records = static_cast<double>(options_.riders) * options_.seconds;
    progress.share = options_.speed > 0 ? static_cast<double>(produced_) / static_cast<double>(schedule_.messages())
                                        : static_cast<double>(tally.acked + tally.rejected) / records - race_.number;
    progress.until_start = std::chrono::duration_cast<std::chrono::seconds>(race_start_ - progress.now);
    progress.sent = tally.sent;
    progress.acked = tally.acked;
    progress.rejected = tally.rejected;
    return progress;
}

Summary Simulation::summary() const
{
    const Tally& tally = sender_.tally();
    return {name(options_.transport),
            options_.riders,
            options_.connections,
            options_.batch,
            tally.sent,
            tally.acked,
            tally.rejected,
            elapsed_s_,
            milliseconds(tally.latency.percentile(0.5)),
            milliseconds(tally.latency.percentile(0.99)),
            milliseconds(tally.latency.max()),
            cpu_s_};
}

bool Simulation::succeeded() const
{
    return failure_.empty() && sender_.tally().acked == sender_.tally().sent;
}

}  // namespace alleycat::sim
