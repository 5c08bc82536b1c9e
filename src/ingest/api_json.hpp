#pragma once

#include "api_error.hpp"

// Every result is looked at: without exceptions, one that is not does not compile.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace alleycat::ingest {

// The JSON of a call, read member by member. A member that is null is absent; one of another type than it must be ends
// the reading, in the public API's words.

using JsonValue = simdjson::ondemand::value;
using Complaint = std::optional<ApiError>;

[[nodiscard]] ApiError not_json();

[[nodiscard]] Complaint read_text(JsonValue value, std::optional<std::string_view>& into);
/// As an integer of 32 bits: what is beyond becomes the last one, a fraction is cut off.
[[nodiscard]] Complaint read_integer(JsonValue value, std::optional<std::int64_t>& into);
/// Seconds since the epoch, with a fraction, as milliseconds.
[[nodiscard]] Complaint read_time(JsonValue value, std::optional<std::int64_t>& into);
/// Text in base64, decoded; appended to `bytes`.
[[nodiscard]] Complaint read_blob(JsonValue value, std::string& bytes, bool& present);

/// Calls `member(name, value)` for each member of an object, until there is a complaint.
template <class Member>
[[nodiscard]] Complaint read_members(simdjson::ondemand::object object, Member member)
{
    for (auto field : object) {
        std::string_view name;
        JsonValue value;
        if (field.unescaped_key().get(name) != simdjson::SUCCESS ||
            simdjson::simdjson_result<JsonValue>(field.value()).get(value) != simdjson::SUCCESS) {
            return not_json();
        }
        if (auto complaint = member(name, value)) {
            return complaint;
        }
    }
    return std::nullopt;
}

/// What is wrong with a value of the type that it has: it must be an object, or a list.
[[nodiscard]] ApiError not_an_object(simdjson::ondemand::json_type type);
[[nodiscard]] ApiError not_a_list(simdjson::ondemand::json_type type);

/// Opens a member that must be an object or a list; false with neither a value nor a complaint where it is null.
[[nodiscard]] Complaint open_object(JsonValue value, std::optional<simdjson::ondemand::object>& into);
[[nodiscard]] Complaint open_list(JsonValue value, std::optional<simdjson::ondemand::array>& into);

/// Reads calls. What it hands out is valid until the next call.
///
/// Thread: one at a time; a parser's room is used again and again.
class JsonReader {
public:
    /// Calls `member(name, value)` for each member of the object that `body` must be. `body`: with
    /// net::Request::kBodyPadding readable bytes behind it.
    template <class Member>
    [[nodiscard]] Complaint read(std::string_view body, Member member)
    {
        simdjson::ondemand::object object;
        if (auto complaint = open(body, object)) {
            return complaint;
        }
        if (auto complaint = read_members(object, member)) {
            return complaint;
        }
        return at_end() ? std::nullopt : Complaint(not_json());
    }

private:
    [[nodiscard]] Complaint open(std::string_view body, simdjson::ondemand::object& object);
    [[nodiscard]] bool at_end();

    simdjson::ondemand::parser parser_;
    simdjson::ondemand::document document_;
};

}  // namespace alleycat::ingest
