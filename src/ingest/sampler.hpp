#pragma once

#include "rule.hpp"

#include <deque>
#include <functional>
#include <set>

namespace alleycat::ingest {

/// Makes records of devices that publish one value a topic, and only when it changes: keeps each device's last values,
/// and once a period makes a record of them while the device is online and heard of.
///
/// Thread: one at a time. Time is an argument, ms since the epoch.
/// Memory: at most kMaxDevices devices, with at most kMaxValueBytes of each value that the rule asks for.
class Sampler {
public:
    struct Sample {
        std::string topic;   ///< of the device: the levels that name it
        std::string record;  ///< empty where there is a failure
        std::optional<RuleFailure> failure;
    };

    /// `options` has `sample`. `warn` is called with what the operator should know, seldom.
    Sampler(const RuleOptions& options, RaceTimes race, std::function<void(const std::string&)> warn);

    /// `retained`: the broker had kept the message, which says nothing of when it was sent.
    void take(std::string_view topic, std::string_view payload, bool retained, std::int64_t now_ms);

    /// What the period that began last brings, once a period.
    [[nodiscard]] std::vector<Sample> sample(std::int64_t now_ms);
    /// How long until sample() has something to do.
    [[nodiscard]] std::chrono::milliseconds until_due(std::int64_t now_ms) const;

    static constexpr std::size_t kMaxDevices = 1'000;
    static constexpr std::size_t kMaxValueBytes = 256;

private:
    struct Device {
        std::string topic;
        bool online{false};
        std::optional<std::int64_t> newest_ms;      // of its messages but `online`
        std::map<std::string, std::string> values;  // that the rule asks for
        std::optional<double> counter;
        std::deque<std::int64_t> backwards_ms;  // when the counter went back
        std::optional<std::int64_t> warned_ms;  // of two devices under this name
    };
    class ValueScope;

    [[nodiscard]] Device& device(const std::string& name, std::string_view topic);
    void set_online(Device& device, bool online) const;
    void count(const std::string& name, Device& device, std::string_view text, std::int64_t now_ms);
    [[nodiscard]] std::optional<Sample> sample(const std::string& name, const Device& device, const RaceMoment& moment);
    void warn(const std::string& text);

    const SampleOptions options_;
    const RuleFields fields_;
    const RuleTemplate name_;   // of a device
    const std::size_t levels_;  // of a topic, that name the device
    const RaceTimes race_;
    std::set<std::string, std::less<>> wanted_;  // values that the fields ask for
    bool needs_racer_{false};
    const std::function<void(const std::string&)> warn_;
    std::map<std::string, Device> devices_;
    std::set<std::string> without_racer_;  // who was warned about
    std::int64_t period_{0};               // the number of the latest that was sampled
    int warnings_left_{100};               // so that nobody fills the log with names
};

}  // namespace alleycat::ingest
