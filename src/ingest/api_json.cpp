#include "api_json.hpp"

#include <alleycat/core/base64.hpp>
#include <alleycat/net/http.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace alleycat::ingest {

namespace ondemand = simdjson::ondemand;
using ondemand::json_type;

namespace {

/// The room of a parser that has read more than this is given back.
constexpr std::size_t kMaxKeptParserBytes = std::size_t{4} << 20;

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The public API names what it got by its own types.
ApiError not_convertible(json_type type, std::string_view wanted)
{
    std::string message;
    switch (type) {
        case json_type::object:
            return serialization_error("Start of structure or map found where not expected.");
        case json_type::array:
            return serialization_error("Start of list found where not expected");
        case json_type::number:
            message = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber";
            break;
        case json_type::boolean:
            message = "class java.lang.Boolean";
            break;
        default:
            message = "class java.lang.String";
    }
    return serialization_error(message.append(" can not be converted to ").append(wanted));
}

/// The type of a value that is not null; none for null, a complaint for what is no value.
Complaint type_of(JsonValue& value, std::optional<json_type>& into)
{
    json_type type;
    if (value.type().get(type) != simdjson::SUCCESS) {
        return not_json();
    }
    if (type != json_type::null) {
        into = type;
        return std::nullopt;
    }
    bool null = false;
    if (simdjson::simdjson_result<bool>(value.is_null()).get(null) != simdjson::SUCCESS || !null) {
        return not_json();
    }
    return std::nullopt;
}

ApiError not_a_blob(std::string_view text)
{
    std::string message = "'";
    message.append(shown(text)).append("' can not be converted to a Blob: ");
    if (text.size() % 4 != 0) {
        return serialization_error(message.append("Base64 encoded length is expected a multiple of 4 bytes but found: ")
                                       .append(std::to_string(text.size())));
    }
    const auto padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
    const auto strange = text.substr(0, text.size() - padding).find_first_not_of(kLetters);
    if (strange != std::string_view::npos) {
        const auto letter = shown_bytes(text.substr(strange, 1));
        return serialization_error(message.append("Invalid Base64 character: '").append(letter).append("'"));
    }
    return serialization_error(message.append("Invalid last non-pad Base64 character"));
}

/// The bits that padding leaves over are zero.
bool ends_cleanly(std::string_view text)
{
    if (!text.ends_with('=')) {
        return true;
    }
    const bool two = text.ends_with("==");
    const auto last = kLetters.find(text[text.size() - (two ? 3 : 2)]);
    return (last & (two ? 0x0FU : 0x03U)) == 0;
}

/// A number as a double; a complaint where the value is none.
Complaint read_number(JsonValue value, std::string_view wanted, std::optional<double>& into)
{
    std::optional<json_type> type;
    if (auto complaint = type_of(value, type); complaint || !type) {
        return complaint;
    }
    if (*type != json_type::number) {
        return not_convertible(*type, wanted);
    }
    double number = 0;
    if (value.get_double().get(number) != simdjson::SUCCESS) {
        return not_json();
    }
    into = number;
    return std::nullopt;
}

}  // namespace

ApiError not_json()
{
    return serialization_error("The request is not a JSON object");
}

ApiError not_an_object(json_type type)
{
    return type == json_type::array ? not_convertible(type, "") : serialization_error("Expected null");
}

ApiError not_a_list(json_type type)
{
    return type == json_type::object ? not_convertible(type, "") : serialization_error("Expected list or null");
}

Complaint read_text(JsonValue value, std::optional<std::string_view>& into)
{
    std::optional<json_type> type;
    if (auto complaint = type_of(value, type); complaint || !type) {
        return complaint;
    }
    if (*type != json_type::string) {
        return not_convertible(*type, "an String");
    }
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) {
        return not_json();
    }
    into = text;
    return std::nullopt;
}

Complaint read_integer(JsonValue value, std::optional<std::int64_t>& into)
{
    std::optional<double> number;
    if (auto complaint = read_number(value, "an Integer", number); complaint || !number) {
        return complaint;
    }
    using Limits = std::numeric_limits<std::int32_t>;
    into = static_cast<std::int64_t>(std::clamp<double>(*number, Limits::min(), Limits::max()));
    return std::nullopt;
}

Complaint read_time(JsonValue value, std::optional<std::int64_t>& into)
{
    std::optional<double> seconds;
    if (auto complaint = read_number(value, "milliseconds since epoch", seconds); complaint || !seconds) {
        return complaint;
    }
    constexpr double kMaxSeconds = 1e12;  // far beyond any time that means something
    into = std::llround(std::clamp(*seconds, -kMaxSeconds, kMaxSeconds) * 1'000);
    return std::nullopt;
}

Complaint read_blob(JsonValue value, std::string& bytes, bool& present)
{
    std::optional<json_type> type;
    present = false;
    if (auto complaint = type_of(value, type); complaint || !type) {
        return complaint;
    }
    if (*type != json_type::string) {
        return not_convertible(*type, "a Blob");
    }
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) {
        return not_json();
    }
    if (!append_decoded_base64(bytes, text) || !ends_cleanly(text)) {
        return not_a_blob(text);
    }
    present = true;
    return std::nullopt;
}

Complaint open_object(JsonValue value, std::optional<ondemand::object>& into)
{
    std::optional<json_type> type;
    if (auto complaint = type_of(value, type); complaint || !type) {
        return complaint;
    }
    if (*type != json_type::object) {
        return not_an_object(*type);
    }
    ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) {
        return not_json();
    }
    into = object;
    return std::nullopt;
}

Complaint open_list(JsonValue value, std::optional<ondemand::array>& into)
{
    std::optional<json_type> type;
    if (auto complaint = type_of(value, type); complaint || !type) {
        return complaint;
    }
    if (*type != json_type::array) {
        return not_a_list(*type);
    }
    ondemand::array list;
    if (value.get_array().get(list) != simdjson::SUCCESS) {
        return not_json();
    }
    into = list;
    return std::nullopt;
}

Complaint JsonReader::open(std::string_view body, ondemand::object& object)
{
    static_assert(net::Request::kBodyPadding >= simdjson::SIMDJSON_PADDING);
    if (parser_.capacity() > kMaxKeptParserBytes) {
        parser_ = ondemand::parser();
    }
    if (parser_.iterate(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING).get(document_) !=
        simdjson::SUCCESS) {
        return not_json();
    }
    json_type type;
    if (document_.type().get(type) != simdjson::SUCCESS) {
        return not_json();
    }
    if (type != json_type::object) {
        return type == json_type::array ? not_an_object(type) : not_json();
    }
    return document_.get_object().get(object) == simdjson::SUCCESS ? std::nullopt : Complaint(not_json());
}

bool JsonReader::at_end()
{
    return document_.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

}  // namespace alleycat::ingest
