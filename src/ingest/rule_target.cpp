#include "rule_target.hpp"

#include "rule_topic.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace alleycat::ingest {

namespace {

using Kind = RuleTemplate::Kind;

constexpr std::string_view kMqtt = "mqtt:";
constexpr std::string_view kFile = "file:";
constexpr std::size_t kMaxNameBytes = 200;  // of a file or folder; file systems take 255

// The data directory's own.
constexpr std::array<std::string_view, 6> kReserved{"log",         "history",     "delivery",
                                                    "checkpoints", "rule-errors", "alleycatd.lock"};
constexpr std::string_view kDatabase = "alleycat.db";  // and further files that begin so

/// Publishing there would bring the message back.
bool loops(std::string_view filter, std::string_view topic)
{
    return !filter.empty() && matches(filter, topic);
}

RuleTemplate parse_place(std::string_view text)
{
    RuleTemplate place(text);
    for (const auto& part : place.parts()) {
        if (part.kind != Kind::Text && part.kind != Kind::Topic && part.kind != Kind::Timestamp &&
            part.kind != Kind::ClientId) {
            throw std::invalid_argument(
                "may hold no other placeholders than ${topic(n)}, ${timestamp()}, "
                "${clientid()}");
        }
    }
    return place;
}

void check_topic(std::string_view topic, std::string_view filter)
{
    if (!is_publishable(topic)) {
        throw std::invalid_argument("\"" + std::string(topic) +
                                    "\" is no MQTT topic: 1 to 65535 bytes without + and #");
    }
    if (loops(filter, topic)) {
        throw std::invalid_argument("\"" + std::string(topic) + "\" would come back to the rule itself");
    }
}

}  // namespace

bool is_rule_file(std::string_view path)
{
    if (path.empty() || path.find('\0') != std::string_view::npos) {
        return false;
    }
    const auto first = path.substr(0, path.find('/'));
    if (std::ranges::find(kReserved, first) != kReserved.end() || first.starts_with(kDatabase)) {
        return false;
    }
    for (std::size_t start = 0; start <= path.size();) {
        const auto end = std::min(path.find('/', start), path.size());
        const auto name = path.substr(start, end - start);
        if (name.empty() || name.starts_with('.') || name.size() > kMaxNameBytes) {
            return false;
        }
        start = end + 1;
    }
    return true;
}

RuleTarget RuleTarget::parse(std::string_view text, std::string_view filter)
{
    if (text == "stream") {
        return {};
    }
    if (text.starts_with(kMqtt)) {
        const auto topic = text.substr(kMqtt.size());
        RuleTarget target{RuleTarget::Kind::Mqtt, parse_place(topic), std::string(topic)};
        if (target.place.constant()) {
            check_topic(topic, filter);
        }
        return target;
    }
    if (text.starts_with(kFile)) {
        const auto path = text.substr(kFile.size());
        RuleTarget target{RuleTarget::Kind::File, parse_place(path), std::string(path)};
        if (target.place.constant() && !is_rule_file(path)) {
            throw std::invalid_argument("\"" + std::string(path) +
                                        "\" is no path below storage.directory that a rule may write to");
        }
        return target;
    }
    throw std::invalid_argument("must be \"stream\", \"mqtt:<topic>\" or \"file:<path>\"");
}

Result<std::string> RuleTarget::render(const RuleScope& scope, std::string_view filter) const
{
    RuleValue rendered;
    if (const auto failure = place.render(scope, rendered)) {
        return make_error_code(failure->code);
    }
    const bool good = kind == Kind::File ? is_rule_file(rendered.text)
                                         : is_publishable(rendered.text) && !loops(filter, rendered.text);
    return good ? Result<std::string>(std::move(rendered.text)) : make_error_code(Errc::OutOfRange);
}

RuleErrorAction RuleErrorAction::parse(std::string_view text, std::string_view filter)
{
    if (text == "none") {
        return {Kind::None, {}};
    }
    if (text == "directory") {
        return {Kind::Directory, {}};
    }
    if (text.starts_with(kMqtt)) {
        const auto topic = text.substr(kMqtt.size());
        check_topic(topic, filter);
        return {Kind::Mqtt, std::string(topic)};
    }
    throw std::invalid_argument("must be \"directory\", \"mqtt:<topic>\" or \"none\"");
}

}  // namespace alleycat::ingest
