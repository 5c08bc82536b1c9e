#include <alleycat/core/json_text.hpp>
#include <alleycat/stream/partition_key.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace alleycat::stream {

namespace {

constexpr std::size_t kMaxKeyCharacters = 256;
constexpr std::size_t kMaxTemplateBytes = 128;
constexpr std::string_view kTopic = "topic(";

/// At most kMaxKeyCharacters, and never half a character.
void truncate(std::string& utf8)
{
    std::size_t characters = 0;
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        if ((static_cast<unsigned char>(utf8[at]) & 0xC0) != 0x80 && ++characters > kMaxKeyCharacters) {
            utf8.resize(at);
            return;
        }
    }
}

/// The n of `topic(n)`; 0 where `name` is something else.
std::size_t level_of(std::string_view name)
{
    if (!name.starts_with(kTopic) || !name.ends_with(')')) {
        return 0;
    }
    const auto digits = name.substr(kTopic.size(), name.size() - kTopic.size() - 1);
    std::uint16_t level = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), level);
    return failure == std::errc{} && end == digits.data() + digits.size() ? level : 0;
}

}  // namespace

std::optional<std::string_view> topic_level(std::string_view topic, std::size_t level)
{
    for (;; --level) {
        const auto end = topic.find('/');
        if (level <= 1) {
            return level == 1 ? std::optional(topic.substr(0, end)) : std::nullopt;
        }
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        topic.remove_prefix(end + 1);
    }
}

PartitionKeyTemplate::PartitionKeyTemplate(std::string_view text)
{
    if (text.empty() || text.size() > kMaxTemplateBytes) {
        throw std::invalid_argument("must be 1 to 128 bytes");
    }
    while (!text.empty()) {
        const auto open = text.find("${");
        if (open != 0) {
            parts_.emplace_back(std::string(text.substr(0, open)));
            text.remove_prefix(std::min(open, text.size()));
            continue;
        }
        const auto close = text.find('}');
        if (close == std::string_view::npos) {
            throw std::invalid_argument("\"${\" is not closed");
        }
        parts_.emplace_back(placeholder(text.substr(2, close - 2)));
        text.remove_prefix(close + 1);
    }
}

PartitionKeyTemplate::Placeholder PartitionKeyTemplate::placeholder(std::string_view name)
{
    static constexpr std::array<std::pair<std::string_view, Variable>, 9> kNames{{{"racerId", Variable::RacerId},
                                                                                  {"classId", Variable::ClassId},
                                                                                  {"raceId", Variable::RaceId},
                                                                                  {"second", Variable::Second},
                                                                                  {"name", Variable::Name},
                                                                                  {"uuid", Variable::Uuid},
                                                                                  {"clientid()", Variable::ClientId},
                                                                                  {"timestamp()", Variable::Timestamp},
                                                                                  {"random()", Variable::Random}}};
    for (const auto& [known, variable] : kNames) {
        if (name == known) {
            return {variable, 0};
        }
    }
    if (const auto level = level_of(name); level != 0) {
        return {Variable::Topic, level};
    }
    throw std::invalid_argument("\"${" + std::string(name) + "}\" is not one of " + std::string(kAllowed));
}

void PartitionKeyTemplate::append(const Placeholder& placeholder, const telemetry::Record& record, const Origin& origin)
{
    switch (placeholder.variable) {
        case Variable::Uuid:
            if (!record.uuid.empty()) {
                key_.append(record.uuid);
                return;
            }
            [[fallthrough]];
        case Variable::RacerId:
            return append_number(key_, raw(record.racer_id));
        case Variable::ClassId:
            return append_number(key_, std::uint64_t{raw(record.class_id)});
        case Variable::RaceId:
            return append_number(key_, raw(record.race_id));
        case Variable::Second:
            return append_number(key_, std::uint64_t{record.second});
        case Variable::Name:
            key_.append(record.name);
            return;
        case Variable::Topic:
            key_.append(topic_level(origin.topic, placeholder.level).value_or(""));
            return;
        case Variable::ClientId:
            key_.append(origin.client_id);
            return;
        case Variable::Timestamp:
            return append_number(key_, origin.arrival_ms);
        case Variable::Random:
            return append_number(key_, std::uint64_t{random_()});
    }
}

std::string_view PartitionKeyTemplate::render(const telemetry::Record& record, const Origin& origin)
{
    key_.clear();
    for (const auto& part : parts_) {
        if (const auto* text = std::get_if<std::string>(&part)) {
            key_.append(*text);
        } else {
            append(std::get<Placeholder>(part), record, origin);
        }
    }
    truncate(key_);
    if (key_.empty()) {
        append_number(key_, raw(record.racer_id));
    }
    return key_;
}

}  // namespace alleycat::stream
