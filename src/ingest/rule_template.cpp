#include "rule_template.hpp"

#include <alleycat/core/json_text.hpp>
#include <alleycat/stream/partition_key.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace alleycat::ingest {

namespace {

using Kind = RuleTemplate::Kind;
using Part = RuleTemplate::Part;

constexpr std::size_t kMaxTemplateBytes = 1'024;
constexpr std::string_view kTopic = "topic(";

constexpr std::array<std::pair<std::string_view, Kind>, 6> kFunctions{{{"timestamp()", Kind::Timestamp},
                                                                       {"clientid()", Kind::ClientId},
                                                                       {"race()", Kind::Race},
                                                                       {"second()", Kind::Second},
                                                                       {"event()", Kind::Event},
                                                                       {"racer()", Kind::Racer}}};

/// The n of `topic(n)`, 0 where it is none.
std::size_t level_of(std::string_view name)
{
    const auto digits = name.substr(kTopic.size(), name.size() - kTopic.size() - 1);
    std::uint16_t level = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), level);
    return failure == std::errc{} && end == digits.data() + digits.size() ? level : 0;
}

Part placeholder(std::string_view name)
{
    for (const auto& [known, kind] : kFunctions) {
        if (name == known) {
            return {kind, {}, 0};
        }
    }
    if (name.starts_with(kTopic) && name.ends_with(')')) {
        if (const auto level = level_of(name); level != 0) {
            return {Kind::Topic, {}, level};
        }
    }
    if (name.empty() || name.ends_with(')')) {
        throw std::invalid_argument("\"${" + std::string(name) +
                                    "}\" is neither a field nor one of ${topic(n)}, ${timestamp()}, ${clientid()}, "
                                    "${race()}, ${second()}, ${event()}, ${racer()}");
    }
    return {Kind::Field, std::string(name), 0};
}

std::optional<RuleFailure> take_field(const RuleScope& scope, const std::string& name, RuleValue& value)
{
    auto found = scope.field(name);
    if (!found) {
        return RuleFailure{Errc::MissingField, name + ": is missing"};
    }
    value = std::move(*found);
    return std::nullopt;
}

std::optional<RuleFailure> append_level(std::string& out, const RuleScope& scope, std::size_t number)
{
    const auto level = stream::topic_level(scope.topic, number);
    if (!level) {
        return RuleFailure{Errc::MissingField, "topic(" + std::to_string(number) + "): the topic has no such level"};
    }
    out.append(*level);
    return std::nullopt;
}

std::optional<RuleFailure> append_part(const Part& part, const RuleScope& scope, std::string& out)
{
    const auto& moment = scope.moment;
    switch (part.kind) {
        case Kind::Text:
            out.append(part.text);
            break;
        case Kind::Field: {
            RuleValue value;
            auto failure = take_field(scope, part.text, value);
            out.append(value.text);
            return failure;
        }
        case Kind::Topic:
            return append_level(out, scope, part.level);
        case Kind::Timestamp:
            append_number(out, moment.now_ms);
            break;
        case Kind::ClientId:
            out.append(kUnknownClient);
            break;
        case Kind::Race:
            append_number(out, moment.race);
            break;
        case Kind::Second:
            append_number(out, std::uint64_t{moment.second});
            break;
        case Kind::Event:
            out.append(moment.second == moment.length ? "final" : "update");
            break;
        case Kind::Racer:
            append_number(out, scope.racer.value_or(0));  // who has none is not sampled
            break;
    }
    return std::nullopt;
}

}  // namespace

RuleTemplate::RuleTemplate(std::string_view text)
{
    if (text.size() > kMaxTemplateBytes) {
        throw std::invalid_argument("must be at most 1024 bytes");
    }
    while (!text.empty()) {
        const auto open = text.find("${");
        if (open != 0) {
            parts_.push_back({Kind::Text, std::string(text.substr(0, open)), 0});
            text.remove_prefix(std::min(open, text.size()));
            continue;
        }
        const auto close = text.find('}');
        if (close == std::string_view::npos) {
            throw std::invalid_argument("\"${\" is not closed");
        }
        parts_.push_back(placeholder(text.substr(2, close - 2)));
        text.remove_prefix(close + 1);
    }
}

bool RuleTemplate::uses(Kind kind) const
{
    return std::ranges::find(parts_, kind, &Part::kind) != parts_.end();
}

bool RuleTemplate::constant() const
{
    return std::ranges::all_of(parts_, [](const Part& part) { return part.kind == Kind::Text; });
}

std::size_t RuleTemplate::highest_level() const
{
    std::size_t highest = 0;
    for (const auto& part : parts_) {
        highest = std::max(highest, part.level);
    }
    return highest;
}

std::optional<RuleFailure> RuleTemplate::render(const RuleScope& scope, RuleValue& out) const
{
    out = {};
    if (parts_.size() == 1 && parts_.front().kind == Kind::Field) {
        return take_field(scope, parts_.front().text, out);
    }
    for (const auto& part : parts_) {
        if (auto failure = append_part(part, scope, out.text)) {
            return failure;
        }
    }
    return std::nullopt;
}

}  // namespace alleycat::ingest
