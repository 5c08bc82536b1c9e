// All that this room knows of simdjson.
#include "history_reader.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>

namespace alleycat::history {

namespace {

namespace ondemand = simdjson::ondemand;

/// A key as this program writes it: plain digits without leading zeros.
std::optional<std::uint64_t> parse_key(std::string_view key)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), value);
    if (error != std::errc() || end != key.data() + key.size() || (key.size() > 1 && key.front() == '0')) {
        return std::nullopt;
    }
    return value;
}

/// Reads the racers of one second into `samples`.
std::string read_racers(ondemand::object racers, std::uint32_t second, std::vector<telemetry::Sample>& samples)
{
    for (auto entry : racers) {
        std::string_view key;
        double output = 0;
        if (entry.unescaped_key().get(key) != simdjson::SUCCESS) {
            return fmt::format("second {} is no JSON object", second);
        }
        const auto racer = parse_key(key);
        if (!racer || *racer > static_cast<std::uint64_t>(kMaxJsonInteger)) {
            return fmt::format("second {} has \"{}\", which is no racer id of 0 to {}", second, key, kMaxJsonInteger);
        }
        if (entry.value().get_double().get(output) != simdjson::SUCCESS) {
            return fmt::format("racer {} has no number at second {}", *racer, second);
        }
        samples.push_back({ClassId{}, second, RacerId{*racer}, output});
    }
    return {};
}

std::string read_seconds(ondemand::object object, std::uint32_t seconds, BestTable& table)
{
    std::vector<telemetry::Sample> samples;
    for (auto entry : object) {
        std::string_view key;
        ondemand::object racers;
        if (entry.unescaped_key().get(key) != simdjson::SUCCESS) {
            return "it is no JSON object of seconds";
        }
        const auto second = parse_key(key);
        if (!second || *second < 1 || *second > seconds) {
            return fmt::format("\"{}\" is no second of 1 to {}", key, seconds);
        }
        if (entry.value().get_object().get(racers) != simdjson::SUCCESS) {
            return fmt::format("second {} is no JSON object", *second);
        }
        samples.clear();
        if (auto wrong = read_racers(racers, static_cast<std::uint32_t>(*second), samples); !wrong.empty()) {
            return wrong;
        }
        table.merge(samples);
    }
    return {};
}

}  // namespace

std::string merge_text(std::string text, std::uint32_t seconds, BestTable& table)
{
    ondemand::parser parser;
    ondemand::document document;
    ondemand::object object;
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);  // room that simdjson may read behind the text
    const simdjson::padded_string_view padded(text.data(), text.size(), text.capacity());
    if (const auto error = parser.iterate(padded).get(document); error != simdjson::SUCCESS) {
        return fmt::format("it is no JSON: {}", simdjson::error_message(error));
    }
    if (document.get_object().get(object) != simdjson::SUCCESS) {
        return "it is no JSON object of seconds";
    }
    auto wrong = read_seconds(object, seconds, table);
    const char* behind = nullptr;  // only at the end of the text there is no location
    if (wrong.empty() && document.current_location().get(behind) == simdjson::SUCCESS) {
        return "something follows the JSON object";
    }
    return wrong;
}

}  // namespace alleycat::history
