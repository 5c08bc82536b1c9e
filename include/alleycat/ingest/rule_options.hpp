#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace alleycat::ingest {

/// For devices that publish one number a topic, and only when it changes: their last values are kept, and a record is
/// made of them once in a while.
struct SampleOptions {
    std::chrono::milliseconds period{1'000};
    std::string device{"${topic(2)}"};            ///< what names the device; below its last level a topic names a value
    std::string online{"status"};                 ///< the value that says `online`; empty: the device is taken to be
    std::chrono::milliseconds fresh{3'000};       ///< nothing is sampled of a device that was silent for longer
    std::string counter;                          ///< a value that never goes back on one device; empty: none
    std::map<std::string, std::uint64_t> racers;  ///< device → `${racer()}`

    bool operator==(const SampleOptions&) const = default;
};

/// What becomes of the messages under a topic filter.
///
/// The texts in `select`, `targets` and so on are templates: text in which these are replaced
///     ${field} ${outer.inner}         a member of the payload; in a sampled rule a value, such as
///                                     ${workout/bike/cadence/current}
///     ${topic(1)} ${topic(2)} …       a level of the topic; in a sampled rule down to the device's
///     ${timestamp()} ${clientid()}    ms since the epoch; the sender, "n/a" as a broker tells no subscriber
///     ${race()} ${second()}           the race that runs now, and its second
///     ${event()}                      "final" in the race's last second, else "update"
///     ${racer()}                      in a sampled rule: the device's racer
struct RuleOptions {
    std::string name{"default"};            ///< 1 … 64 of [A-Za-z0-9_-]
    std::string topic{"alleycat-publish"};  ///< the filter; empty: nothing is subscribed
    int qos{1};
    std::string partition_key;                  ///< empty: that of the stream
    std::map<std::string, std::string> select;  ///< field of the record → template
    std::map<std::string, double> scale;        ///< field of the record → factor
    bool keep{false};                           ///< with `select`: the payload's other fields stay
    /// "stream", "mqtt:<topic>", "file:<path below the data directory>"; `${topic(n)}`, `${timestamp()}` and
    /// `${clientid()}` are replaced.
    std::vector<std::string> targets{"stream"};
    std::string error_action{"directory"};  ///< "directory", "mqtt:<topic>" or "none"
    std::optional<SampleOptions> sample;

    bool operator==(const RuleOptions&) const = default;
};

/// What is wrong with a rule.
struct RuleFault {
    std::string key;   ///< such as "targets", or "select.cadence"
    std::string text;  ///< completes "<key>: …"
};

/// The first fault of a rule's templates, targets and what must go together. Its name, topic filter and numbers are
/// taken to be right.
[[nodiscard]] std::optional<RuleFault> find_fault(const RuleOptions& rule);

inline constexpr std::size_t kMaxTargets = 10;

}  // namespace alleycat::ingest
