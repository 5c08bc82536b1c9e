#include "rule.hpp"

#include <alleycat/core/json_number.hpp>
#include <alleycat/core/json_text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace alleycat::ingest {

namespace {

enum class FieldType : std::uint8_t { Number, Text, Any };

/// What a record's field must be.
FieldType type_of(std::string_view field)
{
    static constexpr std::array<std::string_view, 7> kNumbers{"deviceTimestamp", "second",  "raceId",    "racerId",
                                                              "classId",         "cadence", "resistance"};
    if (std::ranges::find(kNumbers, field) != kNumbers.end()) {
        return FieldType::Number;
    }
    return field == "uuid" || field == "event" || field == "name" ? FieldType::Text : FieldType::Any;
}

}  // namespace

RuleFields::RuleFields(const RuleOptions& options) : scale_(options.scale)
{
    for (const auto& [field, text] : options.select) {
        select_.emplace(field, RuleTemplate(text));
    }
}

bool RuleFields::needs_race() const
{
    return std::ranges::any_of(select_, [](const auto& selected) {
        return selected.second.uses(RuleTemplate::Kind::Second) || selected.second.uses(RuleTemplate::Kind::Event);
    });
}

std::optional<RuleFailure> RuleFields::append(std::string& out, const RuleScope& scope) const
{
    RuleValue value;
    for (const auto& [field, made_of] : select_) {
        auto failure = made_of.render(scope, value);
        if (!failure) {
            out.append(out.ends_with('{') ? "" : ",");
            failure = append_field(out, field, value);
        }
        if (failure) {
            return failure;
        }
    }
    return std::nullopt;
}

std::optional<RuleFailure> RuleFields::append_field(std::string& out, const std::string& field,
                                                    const RuleValue& value) const
{
    const auto type = type_of(field);
    const auto scaled = scale_.find(field);
    append_string(out, field);
    out.append(":");
    if (type == FieldType::Number || scaled != scale_.end()) {
        if (!is_json_number(value.text)) {
            return RuleFailure{Errc::InvalidType, field + ": must be a number"};
        }
        if (scaled == scale_.end()) {
            out.append(value.text);
            return std::nullopt;
        }
        double number = 0;
        std::from_chars(value.text.data(), value.text.data() + value.text.size(), number);
        number *= scaled->second;
        if (!std::isfinite(number)) {
            return RuleFailure{Errc::OutOfRange, field + ": is too large"};
        }
        append_number(out, number);
    } else if (type == FieldType::Text || value.is_string) {
        append_string(out, value.text);
    } else {
        out.append(value.text);
    }
    return std::nullopt;
}

std::optional<RuleFailure> RuleFields::append_kept(std::string& out, const std::string& field,
                                                   const RuleValue& value) const
{
    if (scale_.contains(field)) {
        return append_field(out, field, value);
    }
    append_string(out, field);
    out.append(":");
    if (value.is_string) {
        append_string(out, value.text);
    } else {
        out.append(value.text);
    }
    return std::nullopt;
}

}  // namespace alleycat::ingest
