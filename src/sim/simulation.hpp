#pragma once

#include "options.hpp"
#include "progress.hpp"
#include "record_encoder.hpp"
#include "rider.hpp"
#include "schedule.hpp"
#include "sender.hpp"
#include "summary.hpp"

#include <functional>
#include <optional>

namespace alleycat::sim {

/// Where a simulation reads the time; a test brings its own.
struct Clocks {
    std::function<Instant()> steady;
    std::function<std::int64_t()> epoch_ms;
    std::function<double()> cpu_s;  ///< of this process
};

/// Runs the races: decides when which record goes to which connection, and when the run is over. No I/O and no timers
/// of its own; somebody calls tick() every kTick.
///
/// Real speed: each tick enqueues what is due. Speed 0: a stage of the race (all of it if it fits into memory) is
/// enqueued while the measured time stands still; then the clock runs until all of the stage is answered.
class Simulation {
public:
    static constexpr std::chrono::milliseconds kTick{10};

    /// `sender` is started by the caller and must outlive this.
    Simulation(const Options& options, Sender& sender, Clocks clocks);

    /// False when the run is over.
    [[nodiscard]] bool tick();

    /// No further records; the next ticks wait some seconds for the answers to those under way, and no longer after a
    /// second request.
    void request_stop() { ++stop_requests_; }

    [[nodiscard]] Progress progress() const;
    [[nodiscard]] Summary summary() const;
    /// Why the run was given up; empty if it was not.
    [[nodiscard]] const std::string& failure() const { return failure_; }
    /// Whether all that was sent was acknowledged, and the run was not given up.
    [[nodiscard]] bool succeeded() const;

private:
    using Phase = Progress::Phase;

    void check_stop(Instant now);
    void check_stalled(Instant now);
    [[nodiscard]] std::int64_t start_of_race(std::int64_t not_before_ms) const;
    void plan_race(std::int64_t not_before_ms, Instant at);
    void race_or_finish(std::int64_t not_before_ms, Instant at);
    void begin_race(Instant now);
    void send_due(Instant now);
    void send_stage(Instant now);
    void encode_stage(std::uint32_t first_second, std::uint32_t last_second);
    void add_record(std::uint32_t rider, std::uint32_t second, std::int64_t since_start_ms);
    void enqueue_payload(std::uint32_t connection);
    void start_clock();
    void stop_clock();
    void finish();

    const Options options_;
    Sender& sender_;
    const Clocks clocks_;
    const RecordEncoder encoder_;
    const Schedule schedule_;
    std::vector<Rider> riders_;

    Phase phase_{Phase::Connecting};
    Race race_;
    Instant race_start_{};
    std::uint64_t produced_{0};       // messages of this race that are enqueued; real speed
    std::uint32_t staged_second_{0};  // the last second of this race that is enqueued; speed 0
    std::string payload_;             // of the message under way
    std::uint32_t payload_records_{0};
    RacerId payload_racer_{};  // of its first record

    int stop_requests_{0};
    bool stopping_{false};
    Instant settle_until_{};
    std::uint64_t answered_{0};  // when there was progress for the last time
    std::optional<Instant> progress_at_;
    std::string failure_;

    std::optional<Instant> clock_from_;  // while the measured time runs
    double cpu_from_{0};
    double elapsed_s_{0};  // of the times before
    double cpu_s_{0};
};

}  // namespace alleycat::sim
