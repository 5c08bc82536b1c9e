#include "sampler.hpp"

#include "rule_topic.hpp"

#include <alleycat/core/json_number.hpp>
#include <alleycat/core/json_text.hpp>

#include <algorithm>
#include <charconv>

namespace alleycat::ingest {

namespace {

constexpr std::int64_t kWatchMs = 60'000;  // three steps back of a counter in this time are no accident
constexpr std::size_t kStepsBack = 3;
constexpr std::int64_t kWarnAgainMs = 600'000;

/// In quotes, and on one line.
std::string quoted(const std::string& name)
{
    std::string text;
    append_string(text, name);
    return text;
}

}  // namespace

class Sampler::ValueScope final : public RuleScope {
public:
    ValueScope(const Device& device, const RaceMoment& at) : RuleScope(device.topic, at), device_(device) {}

    std::optional<RuleValue> field(std::string_view name) const override
    {
        const auto value = device_.values.find(std::string(name));
        if (value == device_.values.end()) {
            return std::nullopt;
        }
        const auto& text = value->second;
        return RuleValue{text, !is_json_number(text) && text != "true" && text != "false"};
    }

private:
    const Device& device_;
};

Sampler::Sampler(const RuleOptions& options, RaceTimes race, std::function<void(const std::string&)> warn)
    : options_(*options.sample),
      fields_(options),
      name_(options.sample->device),
      levels_(name_.highest_level()),
      race_(race),
      warn_(std::move(warn))
{
    for (const auto& [field, text] : options.select) {
        const RuleTemplate made_of(text);
        needs_racer_ = needs_racer_ || made_of.uses(RuleTemplate::Kind::Racer);
        for (const auto& part : made_of.parts()) {
            if (part.kind == RuleTemplate::Kind::Field) {
                wanted_.insert(part.text);
            }
        }
    }
}

void Sampler::take(std::string_view topic, std::string_view payload, bool retained, std::int64_t now_ms)
{
    RuleValue name;
    const auto value = below(topic, levels_);
    if (value.empty() || name_.render(TopicScope(topic, {}), name)) {
        return;  // not a device's
    }
    auto& from = device(name.text, topic.substr(0, topic.size() - value.size() - 1));
    if (value == options_.online) {
        set_online(from, payload == "online");
        return;
    }
    if (!retained) {
        from.newest_ms = now_ms;
    }
    if (value == options_.counter && !retained) {
        count(name.text, from, payload, now_ms);
    }
    if (wanted_.contains(value) && payload.size() <= kMaxValueBytes) {
        from.values.insert_or_assign(std::string(value), std::string(payload));
    }
}

/// The device of this name. Where there are too many, the one that was silent for the longest time is forgotten.
Sampler::Device& Sampler::device(const std::string& name, std::string_view topic)
{
    if (const auto known = devices_.find(name); known != devices_.end()) {
        return known->second;
    }
    if (devices_.size() >= kMaxDevices) {
        devices_.erase(std::ranges::min_element(devices_, {},
                                                [](const auto& entry) { return entry.second.newest_ms.value_or(0); }));
    }
    auto& made = devices_[name];
    made.topic = topic;
    made.online = options_.online.empty();
    return made;
}

void Sampler::set_online(Device& device, bool online) const
{
    if (!online) {
        device.values.clear();
        device.newest_ms.reset();
        device.counter.reset();
        device.backwards_ms.clear();
    }
    device.online = online;
}

/// Two devices that publish under one name show in a counter that goes back again and again.
void Sampler::count(const std::string& name, Device& device, std::string_view text, std::int64_t now_ms)
{
    double counter = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), counter).ec != std::errc{}) {
        return;
    }
    const bool back = device.online && device.counter && counter < *device.counter;
    device.counter = counter;
    if (!back) {
        return;
    }
    auto& steps = device.backwards_ms;
    steps.push_back(now_ms);
    while (steps.front() < now_ms - kWatchMs) {
        steps.pop_front();
    }
    if (steps.size() < kStepsBack) {
        return;
    }
    steps.clear();
    if (!device.warned_ms || now_ms - *device.warned_ms >= kWarnAgainMs) {
        device.warned_ms = now_ms;
        warn("two devices seem to publish as " + quoted(name) + ": its " + options_.counter +
             " goes back again and again; give each a name of its own");
    }
}

void Sampler::warn(const std::string& text)
{
    if (warnings_left_ > 0) {
        --warnings_left_;
        warn_(text);
    }
}

std::chrono::milliseconds Sampler::until_due(std::int64_t now_ms) const
{
    const auto period = options_.period.count();
    return std::chrono::milliseconds(now_ms / period == period_ ? period - now_ms % period : 0);
}

/// A period's records are those of its first moment, however late it is, so that each second of a race comes once.
std::vector<Sampler::Sample> Sampler::sample(std::int64_t now_ms)
{
    const auto period = now_ms / options_.period.count();
    if (std::exchange(period_, period) == period) {
        return {};
    }
    const auto moment = race_moment(period * options_.period.count(), race_.window_seconds, race_.length_seconds);
    std::vector<Sample> samples;
    if (fields_.needs_race() && !moment.runs()) {
        return samples;
    }
    for (const auto& [name, device] : devices_) {
        const bool fresh = device.newest_ms && now_ms - *device.newest_ms <= options_.fresh.count();
        if (!device.online || !fresh) {
            continue;
        }
        if (auto made = sample(name, device, moment)) {
            samples.push_back(std::move(*made));
        }
    }
    return samples;
}

/// None where a value is not known yet, or the device's racer.
std::optional<Sampler::Sample> Sampler::sample(const std::string& name, const Device& device, const RaceMoment& moment)
{
    ValueScope scope(device, moment);
    if (needs_racer_) {
        const auto racer = options_.racers.find(name);
        if (racer == options_.racers.end()) {
            if (without_racer_.size() < kMaxDevices && without_racer_.insert(name).second) {
                warn("the device " + quoted(name) + " is left out, as it has no racer");
            }
            return std::nullopt;
        }
        scope.racer = racer->second;
    }
    Sample made{device.topic, "{", std::nullopt};
    made.failure = fields_.append(made.record, scope);
    if (made.failure) {
        made.record.clear();
    } else {
        made.record.append("}\n");
    }
    return made.failure && made.failure->code == Errc::MissingField ? std::nullopt : std::optional(std::move(made));
}

}  // namespace alleycat::ingest
