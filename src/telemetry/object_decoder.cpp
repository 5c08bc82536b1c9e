#include "object_decoder.hpp"

#include <alleycat/core/json_number.hpp>
#include <alleycat/core/json_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace alleycat::telemetry {

namespace {

using simdjson::error_code;
namespace ondemand = simdjson::ondemand;

constexpr std::size_t kMaxDepth = 32;  // of values in fields that nobody asked for
constexpr std::size_t kMaxUuidBytes = 256;
constexpr std::array<std::string_view, static_cast<std::size_t>(Field::kCount)> kNames = {
    "uuid", "event", "deviceTimestamp", "second", "raceId", "name", "racerId", "classId", "cadence", "resistance"};

constexpr std::size_t index(Field field)
{
    return static_cast<std::size_t>(field);
}

/// `quoted` is the raw key up to and including its closing quote; the compiler turns the comparison into word compares.
template <std::size_t Size>
bool is(const char* raw, const char (&quoted)[Size])
{
    return std::memcmp(raw, quoted, Size - 1) == 0;
}

/// The field that the raw key text names. `raw` is readable for kPadding bytes.
Field field_of(const char* raw)
{
    switch (*raw) {
        case 'u':
            return is(raw, "uuid\"") ? Field::Uuid : Field::kCount;
        case 'e':
            return is(raw, "event\"") ? Field::Event : Field::kCount;
        case 'd':
            return is(raw, "deviceTimestamp\"") ? Field::DeviceTimestamp : Field::kCount;
        case 's':
            return is(raw, "second\"") ? Field::Second : Field::kCount;
        case 'n':
            return is(raw, "name\"") ? Field::Name : Field::kCount;
        case 'r':
            if (is(raw, "racerId\"")) {
                return Field::RacerId;
            }
            if (is(raw, "raceId\"")) {
                return Field::RaceId;
            }
            return is(raw, "resistance\"") ? Field::Resistance : Field::kCount;
        case 'c':
            if (is(raw, "classId\"")) {
                return Field::ClassId;
            }
            return is(raw, "cadence\"") ? Field::Cadence : Field::kCount;
        default:
            return Field::kCount;
    }
}

Field field_of(std::string_view key)
{
    const auto at = std::find(kNames.begin(), kNames.end(), key);
    return static_cast<Field>(at - kNames.begin());
}

/// Without the white space behind it.
std::string_view trimmed(std::string_view token)
{
    return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
}

/// Reads a value that nobody asked for to its end, so that junk inside it is noticed.
error_code skip(ondemand::value value, std::size_t depth)
{
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) {
        return error;
    }
    if (depth > kMaxDepth) {
        return simdjson::DEPTH_ERROR;
    }
    switch (type) {
        case ondemand::json_type::array: {
            ondemand::array array;
            if (const auto error = value.get_array().get(array)) {
                return error;
            }
            for (auto element : array) {
                ondemand::value inner;
                if (const auto error = std::move(element).get(inner)) {
                    return error;
                }
                if (const auto error = skip(inner, depth + 1)) {
                    return error;
                }
            }
            return simdjson::SUCCESS;
        }
        case ondemand::json_type::object: {
            ondemand::object object;
            if (const auto error = value.get_object().get(object)) {
                return error;
            }
            for (auto member : object) {
                std::string_view key;
                if (const auto error = member.unescaped_key().get(key)) {
                    return error;
                }
                ondemand::value inner;
                if (const auto error = member.value().get(inner)) {
                    return error;
                }
                if (const auto error = skip(inner, depth + 1)) {
                    return error;
                }
            }
            return simdjson::SUCCESS;
        }
        case ondemand::json_type::number:
            return is_json_number(trimmed(value.raw_json_token())) ? simdjson::SUCCESS : simdjson::NUMBER_ERROR;
        case ondemand::json_type::string: {
            std::string_view text;
            return value.get_string().get(text);
        }
        case ondemand::json_type::boolean: {
            bool truth = false;
            return value.get_bool().get(truth);
        }
        case ondemand::json_type::null: {
            bool null = false;
            if (const auto error = value.is_null().get(null)) {
                return error;
            }
            return null ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
        }
    }
    return simdjson::TAPE_ERROR;
}

std::size_t code_points(std::string_view utf8)
{
    return static_cast<std::size_t>(std::count_if(
        utf8.begin(), utf8.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

std::string whole_range(std::int64_t low, std::int64_t high)
{
    std::string text = "must be a whole number from ";
    append_number(text, low);
    append_number(text.append(" to "), high);
    return text;
}

std::string range(double high)
{
    std::string text = "must be a number from 0 to ";
    append_number(text, high);
    return text;
}

constexpr auto kMinInteger = std::numeric_limits<std::int64_t>::min();
constexpr auto kMaxInteger = std::numeric_limits<std::int64_t>::max();

}  // namespace

/// Marks a field that was read well but holds what it must not.
void ObjectDecoder::check(Field field, bool good)
{
    if (states_[index(field)] == State::Good && !good) {
        states_[index(field)] = State::OutOfRange;
    }
}

/// Integers may be written as 57, 57.0 or 5.7e1.
error_code ObjectDecoder::read_integer(Field field, Value value, std::int64_t low, std::int64_t high)
{
    auto& state = states_[index(field)];
    integer_ = 0;
    if (value.get_int64().get(integer_) == simdjson::SUCCESS) {
        state = integer_ >= low && integer_ <= high ? State::Good : State::OutOfRange;
        return simdjson::SUCCESS;
    }
    double number = 0;
    if (value.get_double().get(number) != simdjson::SUCCESS) {
        return wrong_type(field, value);
    }
    if (number != std::floor(number)) {
        state = State::WrongType;
    } else if (std::fabs(number) > static_cast<double>(kMaxJsonInteger)) {
        state = State::OutOfRange;
    } else {
        integer_ = static_cast<std::int64_t>(number);
        state = integer_ >= low && integer_ <= high ? State::Good : State::OutOfRange;
    }
    return simdjson::SUCCESS;
}

error_code ObjectDecoder::read_number(Field field, Value value, double high, double& out)
{
    if (value.get_double().get(out) != simdjson::SUCCESS) {
        return wrong_type(field, value);
    }
    states_[index(field)] = out >= 0 && out <= high ? State::Good : State::OutOfRange;
    return simdjson::SUCCESS;
}

error_code ObjectDecoder::read_text(Field field, Value value)
{
    text_ = {};
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) {
        return error;
    }
    if (type != ondemand::json_type::string) {
        return wrong_type(field, value);
    }
    states_[index(field)] = State::Good;
    return value.get_string().get(text_);
}

error_code ObjectDecoder::wrong_type(Field field, Value value)
{
    const bool none =
        field == Field::Uuid && !value.type().error() && value.type().value_unsafe() == ondemand::json_type::null;
    states_[index(field)] = none ? State::Absent : State::WrongType;
    return skip(value, 1);
}

error_code ObjectDecoder::read_field(Field field, Value value, Record& record)
{
    error_code error = simdjson::SUCCESS;
    switch (field) {
        case Field::Uuid:
            error = read_text(field, value);
            check(field, text_.size() <= kMaxUuidBytes);
            record.uuid = text_;
            break;
        case Field::Event:
            error = read_text(field, value);
            check(field, text_ == "update" || text_ == "final");
            record.event = text_ == "final" ? Event::Final : Event::Update;
            break;
        case Field::Name:
            error = read_text(field, value);
            check(field, text_.size() <= limits_.name_characters || code_points(text_) <= limits_.name_characters);
            record.name = text_;
            break;
        case Field::DeviceTimestamp:
            error = read_integer(field, value, kMinInteger, kMaxInteger);
            record.device_timestamp_ms = integer_;
            break;
        case Field::RaceId:
            error = read_integer(field, value, kMinInteger, kMaxInteger);
            record.race_id = RaceId{integer_};
            break;
        case Field::Second:
            error = read_integer(field, value, 1, limits_.race_length);
            record.second = static_cast<std::uint32_t>(integer_);
            break;
        case Field::RacerId:
            error = read_integer(field, value, 0, kMaxJsonInteger);
            record.racer_id = RacerId{static_cast<std::uint64_t>(integer_)};
            break;
        case Field::ClassId:
            error = read_integer(field, value, 1, std::numeric_limits<std::int32_t>::max());
            check(field, known_class(integer_));
            record.class_id = ClassId{static_cast<std::uint32_t>(integer_)};
            break;
        case Field::Cadence:
            error = read_number(field, value, limits_.cadence_max, record.cadence);
            break;
        case Field::Resistance:
            error = read_number(field, value, limits_.resistance_max, record.resistance);
            break;
        case Field::kCount:
            break;
    }
    return error;
}

error_code ObjectDecoder::read_fields(ondemand::object& object, Record& record)
{
    for (auto member : object) {
        ondemand::raw_json_string key;
        if (const auto error = member.key().get(key)) {
            return error;
        }
        auto field = field_of(key.raw());
        std::string_view unescaped;
        if (field == Field::kCount) {  // unknown, or written with escapes
            if (const auto error = member.unescaped_key().get(unescaped)) {
                return error;
            }
            field = field_of(unescaped);
        }
        Value value;
        if (const auto error = member.value().get(value)) {
            return error;
        }
        const auto error = field == Field::kCount ? skip(value, 1) : read_field(field, value, record);
        if (error) {
            return error;
        }
    }
    return simdjson::SUCCESS;
}

bool ObjectDecoder::decode(ondemand::object object, Record& record, Rejection& rejection)
{
    states_.fill(State::Absent);
    record.uuid = {};
    const auto error = read_fields(object, record);
    const auto refuse = [&](Errc code, std::string message) {
        rejection.code = code;
        rejection.message = std::move(message);
        rejection.uuid = states_[index(Field::Uuid)] == State::Good ? record.uuid : std::string_view();
        return false;
    };
    if (error) {
        return refuse(Errc::InvalidJson, std::string("record: ") + simdjson::error_message(error));
    }
    for (const auto state : {State::WrongType, State::OutOfRange, State::Absent}) {
        for (auto at = index(Field::Uuid); at < states_.size(); ++at) {
            const auto field = static_cast<Field>(at);
            if (states_[at] != state || (state == State::Absent && field == Field::Uuid)) {
                continue;
            }
            const auto code = state == State::WrongType    ? Errc::InvalidType
                              : state == State::OutOfRange ? Errc::OutOfRange
                                                           : Errc::MissingField;
            return refuse(
                code, std::string(kNames[at]) + (state == State::Absent ? ": is missing; it " : ": ") + allowed(field));
        }
    }
    return true;
}

bool ObjectDecoder::known_class(std::int64_t id) const
{
    return std::any_of(limits_.classes.begin(), limits_.classes.end(),
                       [id](ClassId known) { return static_cast<std::int64_t>(raw(known)) == id; });
}

std::string ObjectDecoder::allowed(Field field) const
{
    std::string text;
    switch (field) {
        case Field::Uuid:
            append_number(text.append("must be a string of at most "), std::uint64_t{kMaxUuidBytes});
            return text.append(" bytes");
        case Field::Event:
            return "must be \"update\" or \"final\"";
        case Field::DeviceTimestamp:
            return "must be a whole number, milliseconds since the epoch";
        case Field::RaceId:
            return "must be a whole number";
        case Field::Second:
            return whole_range(1, limits_.race_length);
        case Field::RacerId:
            return whole_range(0, kMaxJsonInteger);
        case Field::Name:
            append_number(text.append("must be a string of at most "), std::uint64_t{limits_.name_characters});
            return text.append(" characters");
        case Field::ClassId:
            text = "must be one of the classes";
            for (const auto id : limits_.classes) {
                append_number(text.append(id == limits_.classes.front() ? " " : ", "), std::uint64_t{raw(id)});
            }
            return text;
        case Field::Cadence:
            return range(limits_.cadence_max);
        case Field::Resistance:
            return range(limits_.resistance_max);
        case Field::kCount:
            break;
    }
    return text;
}

}  // namespace alleycat::telemetry
