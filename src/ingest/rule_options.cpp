#include "rule.hpp"
#include "rule_target.hpp"

#include <alleycat/ingest/rule_options.hpp>

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace alleycat::ingest {

namespace {

using Fault = std::optional<RuleFault>;
using Kind = RuleTemplate::Kind;

/// What `read` throws, as a fault of `key`.
Fault fault_of(const std::string& key, const std::function<void()>& read)
{
    try {
        read();
        return std::nullopt;
    } catch (const std::invalid_argument& wrong) {
        return RuleFault{key, wrong.what()};
    }
}

void check_device(const std::string& text)
{
    const RuleTemplate device(text);
    for (const auto& part : device.parts()) {
        if (part.kind != Kind::Text && part.kind != Kind::Topic) {
            throw std::invalid_argument("may hold no other placeholders than ${topic(n)}");
        }
    }
    if (device.highest_level() == 0) {
        throw std::invalid_argument("must hold a level of the topic, such as ${topic(2)}");
    }
}

void check_selected(const RuleOptions& rule, const std::string& text)
{
    const RuleTemplate made_of(text);
    if (!rule.sample && made_of.uses(Kind::Racer)) {
        throw std::invalid_argument("\"${racer()}\" is known in a sampled rule only; give the rule sample and racers");
    }
    if (!rule.sample) {
        return;
    }
    if (made_of.uses(Kind::Racer) && rule.sample->racers.empty()) {
        throw std::invalid_argument("\"${racer()}\" needs racers, such as { default = 7 }");
    }
    if (made_of.highest_level() > RuleTemplate(rule.sample->device).highest_level()) {
        throw std::invalid_argument("a sampled record knows the levels of the topic that name the device, no further");
    }
}

Fault fault_of_select(const RuleOptions& rule)
{
    for (const auto& [field, text] : rule.select) {
        const auto key = "select." + field;
        if (field.empty() || field.size() > 64) {
            return RuleFault{key, "must have a name of 1 to 64 bytes"};
        }
        if (auto fault = fault_of(key, [&, &template_text = text] { check_selected(rule, template_text); })) {
            return fault;
        }
    }
    return std::nullopt;
}

Fault fault_together(const RuleOptions& rule)
{
    if (rule.sample && rule.select.empty()) {
        return RuleFault{"select", "must name the fields of the record that a sample makes"};
    }
    if (rule.sample && rule.keep) {
        return RuleFault{"keep", "must be false in a sampled rule: there is nothing else to keep"};
    }
    if (rule.keep && rule.select.empty()) {
        return RuleFault{"keep", "must be false without select: all fields stay"};
    }
    return std::nullopt;
}

}  // namespace

std::optional<RuleFault> find_fault(const RuleOptions& rule)
{
    if (rule.sample) {
        if (auto fault = fault_of("device", [&] { check_device(rule.sample->device); })) {
            return fault;
        }
    }
    if (auto fault = fault_of_select(rule)) {
        return fault;
    }
    if (rule.targets.empty() || rule.targets.size() > kMaxTargets) {
        return RuleFault{"targets", "must be 1 to " + std::to_string(kMaxTargets) + " targets"};
    }
    for (auto target = rule.targets.begin(); target != rule.targets.end(); ++target) {
        if (auto fault = fault_of("targets", [&] { static_cast<void>(RuleTarget::parse(*target, rule.topic)); })) {
            return fault;
        }
        if (std::find(rule.targets.begin(), target, *target) != target) {
            return RuleFault{"targets", "\"" + *target + "\" stands there twice"};
        }
    }
    if (auto fault = fault_of("error_action",
                              [&] { static_cast<void>(RuleErrorAction::parse(rule.error_action, rule.topic)); })) {
        return fault;
    }
    return fault_together(rule);
}

}  // namespace alleycat::ingest
