#pragma once

#include "rule_errors.hpp"
#include "rule_files.hpp"
#include "sampler.hpp"

#include <alleycat/ingest/intake.hpp>
#include <alleycat/ingest/rate_limits.hpp>

#include <deque>

namespace alleycat::ingest {

/// A rule at work: takes the messages of a connection, makes records of them, and brings these to the rule's targets.
/// Knows no connection; what it publishes goes through a function.
///
/// Thread: one at a time.
/// Full:   records for which the stream has no room wait here with their messages, oldest first; idle() is false.
class RuleRunner final : private Intake::RejectSink {
public:
    struct Options {
        RuleOptions rule;
        RaceTimes race;
        std::string stream;               ///< its name, for failures
        std::filesystem::path directory;  ///< of all data; empty: failures are not kept in it
        std::size_t payload_bytes{1024 * 1024};
        std::string own_topics;  ///< see MqttOptions
        RateOptions rates{};
    };

    /// Throws std::invalid_argument where find_fault() has something to say.
    RuleRunner(Options options, Intake intake, RuleErrors::Publish publish);

    /// `payload`: with RecordReader::kPadding bytes behind its text.
    void take(std::string topic, std::string payload, bool retained, SystemTime now);
    /// A sampled rule's records of this moment, where it has come.
    void sample(SystemTime now);
    /// Goes on with what waits.
    void retry(SystemTime now);
    /// Belongs behind each round of messages: stores what failed, and lets the records become durable.
    void end_round(SystemTime now);

    [[nodiscard]] bool idle() const { return backlog_.empty(); }
    /// Everything that came may be acknowledged: it is durable, or refused for good.
    [[nodiscard]] bool durable() { return idle() && intake_.durable() >= flushed_; }
    [[nodiscard]] bool publishes() const { return publishes_; }
    /// How long until sample() has something to do; none where it never has, or not before retry().
    [[nodiscard]] std::optional<std::chrono::milliseconds> until_sample(SystemTime now) const;
    [[nodiscard]] std::uint64_t lost_failures() const { return errors_.lost(); }

    void set_limits(telemetry::RecordLimits limits, std::size_t payload_bytes);

private:
    struct Message {
        std::string topic;
        std::string payload;                 // as it came, padded
        std::string made;                    // what goes on instead, padded; empty: the payload
        std::vector<std::uint32_t> numbers;  // of the records in `made`: which of the payload each was
        bool sent{false};                    // to all targets but the stream
        std::uint64_t done{0};               // records that the stream has taken or refused
        std::string rest;                    // padded; what the stream has yet to take, where it began
        MessageFailures failures;
        std::vector<std::string> files;  // that it was written to
    };

    [[nodiscard]] bool process(Message& message, SystemTime now);
    void make(Message& message, SystemTime now);
    void send(Message& message, SystemTime now);
    [[nodiscard]] std::string deliver(const RuleTarget& target, const std::string& place, Message& message,
                                      std::string_view text);
    [[nodiscard]] bool append(Message& message);
    [[nodiscard]] Sender sender_of(std::string_view topic);
    void finish(Message& message);
    void settle_files();
    void fail(Message& message, TargetFailure failure);
    [[nodiscard]] bool may_reject() const override { return true; }
    void on_reject(const telemetry::Rejection& rejection, std::uint64_t accepted) override;

    Options options_;
    Intake intake_;
    const RuleErrors::Publish publish_;
    Rule rule_;
    std::optional<Sampler> sampler_;
    RateLimits rates_;                 // by racer, on topics of their own
    std::vector<RuleTarget> targets_;  // but the stream
    bool to_stream_{false};
    bool publishes_{false};
    RuleFiles files_;
    RuleErrors errors_;
    const std::string label_;  // for the log

    std::deque<Message> backlog_;    // oldest first
    std::vector<Message> unsynced_;  // done, but for files that they were written to
    std::size_t unsynced_bytes_{0};
    stream::Ticket flushed_{0};
    Message* current_{nullptr};  // that the stream takes
    std::uint64_t refused_{0};   // of its records, in this go
    std::uint64_t failures_{0};  // ever
};

}  // namespace alleycat::ingest
