// One text as one record: RecordReader against a plain DOM parse and the rules of a record, written down once more.

#include "reading.hpp"

#include <simdjson.h>

#include <cmath>
#include <map>
#include <optional>

namespace {

using namespace alleycat;
using namespace alleycat::fuzz;
using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr double kMaxExact = 9007199254740991;  // 2^53 - 1
constexpr int kMaxDepth = 32;

/// Whether values lie deeper in `value` than a record may hold, `value` itself being at depth 1.
bool too_deep(const element& value, int depth)
{
    if (depth > kMaxDepth) {
        return true;
    }
    if (value.is_array()) {
        for (const element inner : simdjson::dom::array(value)) {
            if (too_deep(inner, depth + 1)) {
                return true;
            }
        }
    } else if (value.is_object()) {
        for (const auto& [key, inner] : simdjson::dom::object(value)) {
            if (too_deep(inner, depth + 1)) {
                return true;
            }
        }
    }
    return false;
}

std::optional<std::int64_t> whole(const element& value, std::int64_t low, std::int64_t high)
{
    std::int64_t number = 0;
    if (value.type() == element_type::INT64) {
        number = std::int64_t(value);
    } else if (value.type() == element_type::DOUBLE) {
        const auto real = double(value);
        if (real != std::trunc(real) || std::fabs(real) > kMaxExact) {
            return std::nullopt;
        }
        number = static_cast<std::int64_t>(real);
    } else {
        return std::nullopt;  // also what only fits in 64 bits without a sign
    }
    return number < low || number > high ? std::nullopt : std::optional(number);
}

std::optional<double> real(const element& value, double high)
{
    double number = 0;
    switch (value.type()) {
        case element_type::INT64:
            number = static_cast<double>(std::int64_t(value));
            break;
        case element_type::UINT64:
            number = static_cast<double>(std::uint64_t(value));
            break;
        case element_type::DOUBLE:
            number = double(value);
            break;
        default:
            return std::nullopt;
    }
    return number < 0 || number > high ? std::nullopt : std::optional(number);
}

std::optional<std::string> text(const element& value)
{
    return value.is_string() ? std::optional(std::string(std::string_view(value))) : std::nullopt;
}

std::size_t characters(std::string_view utf8)
{
    std::size_t count = 0;
    for (const char byte : utf8) {
        count += (static_cast<unsigned char>(byte) & 0xC0) == 0x80 ? 0U : 1U;
    }
    return count;
}

/// The record that `document` is, or nothing.
std::optional<Item> expected(const element& document)
{
    if (!document.is_object()) {
        return std::nullopt;
    }
    std::map<std::string_view, element> fields;
    for (const auto& [key, value] : simdjson::dom::object(document)) {
        if (too_deep(value, 1)) {
            return std::nullopt;
        }
        fields[key] = value;  // the last of a repeated field counts
    }
    for (const auto* required :
         {"event", "deviceTimestamp", "second", "raceId", "name", "racerId", "classId", "cadence", "resistance"}) {
        if (!fields.contains(required)) {
            return std::nullopt;
        }
    }
    const auto any = [](const element& value) { return whole(value, INT64_MIN, INT64_MAX); };
    const auto event = text(fields["event"]);
    const auto name = text(fields["name"]);
    const auto timestamp = any(fields["deviceTimestamp"]);
    const auto race = any(fields["raceId"]);
    const auto second = whole(fields["second"], 1, 300);
    const auto racer = whole(fields["racerId"], 0, static_cast<std::int64_t>(kMaxExact));
    const auto class_id = whole(fields["classId"], 1, INT32_MAX);
    const auto cadence = real(fields["cadence"], 250);
    const auto resistance = real(fields["resistance"], 100);
    std::optional<std::string> uuid = "";
    if (fields.contains("uuid") && !fields["uuid"].is_null()) {
        uuid = text(fields["uuid"]);
    }
    if (!event || !name || !timestamp || !race || !second || !racer || !class_id || !cadence || !resistance || !uuid) {
        return std::nullopt;
    }
    if ((*event != "update" && *event != "final") || characters(*name) > 64 || uuid->size() > 256 ||
        (*class_id != 1 && *class_id != 2 && *class_id != 6)) {
        return std::nullopt;
    }
    Item item;
    item.accepted = true;
    item.record.event = *event == "final" ? telemetry::Event::Final : telemetry::Event::Update;
    item.record.device_timestamp_ms = *timestamp;
    item.record.second = static_cast<std::uint32_t>(*second);
    item.record.race_id = RaceId{*race};
    item.record.racer_id = RacerId{static_cast<std::uint64_t>(*racer)};
    item.record.class_id = ClassId{static_cast<std::uint32_t>(*class_id)};
    item.record.cadence = *cadence;
    item.record.resistance = *resistance;
    item.name = *name;
    item.uuid = *uuid;
    return item;
}

/// Integers beyond 64 bits are JSON, but the DOM refuses them.
bool has_long_integer(std::string_view json)
{
    std::size_t digits = 0;
    for (const char byte : json) {
        digits = byte >= '0' && byte <= '9' ? digits + 1 : 0;
        if (digits >= 19) {
            return true;
        }
    }
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static telemetry::RecordReader reader(limits());
    static simdjson::dom::parser dom;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto items = read_all(reader, input);

    const auto first = input.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
        require(items.empty(), "an empty payload holds nothing");
        return 0;
    }
    if (input.find('\n') != std::string_view::npos || input[first] == '[') {
        return 0;  // perhaps several records: see fuzz_payload
    }
    require(items.size() == 1, "one line is one item");
    const auto& item = items.front();

    element document;
    if (dom.parse(simdjson::padded_string(input)).get(document) != simdjson::SUCCESS) {
        require(!item.accepted || has_long_integer(input), "what is not JSON is refused");
        return 0;
    }
    const auto wanted = expected(document);
    require(item.accepted == wanted.has_value(), "what the rules allow is accepted, and only that");
    if (wanted) {
        require(item == *wanted, "an accepted record holds what its text says");
    } else {
        require(!item.rejection.message.empty(), "a refusal says why");
    }
    return 0;
}
