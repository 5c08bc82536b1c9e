#include "api_checks.hpp"

#include <algorithm>

namespace alleycat::ingest {

namespace {

constexpr int kMaxErrors = 10;
constexpr std::size_t kMaxNameCharacters = 128;
constexpr std::size_t kMaxArnCharacters = 2'048;
constexpr std::size_t kMaxKeyCharacters = 256;

bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

bool is_name_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || is_digit(letter) || letter == '_' ||
           letter == '.' || letter == '-';
}

/// "0", or at most `digits` digits that begin with another one.
bool is_number(std::string_view text, std::size_t digits)
{
    return !text.empty() && text.size() <= digits && std::ranges::all_of(text, is_digit) &&
           (text.front() != '0' || text.size() == 1);
}

std::size_t characters(std::string_view utf8)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char letter) { return (static_cast<unsigned char>(letter) & 0xC0) != 0x80; }));
}

std::string quoted(std::string_view value)
{
    return std::string("'").append(shown(value)).append("'");
}

}  // namespace

void Checks::fail(std::string_view member, std::string_view value, std::string_view constraint)
{
    if (errors_ == kMaxErrors) {
        return;
    }
    ++errors_;
    message_.append(message_.empty() ? "" : "; ").append("Value ").append(value).append(value.empty() ? "" : " ");
    message_.append("at '");
    if (record_ != 0) {
        message_.append("records.").append(std::to_string(record_)).append(".member.");
    }
    message_.append(member).append("' failed to satisfy constraint: Member must ").append(constraint);
}

void Checks::fail_pattern(std::string_view member, std::string_view value, std::string_view pattern)
{
    fail(member, quoted(value), std::string("satisfy regular expression pattern: ").append(pattern));
}

void Checks::required(std::string_view member, bool present)
{
    if (!present) {
        fail(member, "null", "not be null");
    }
}

void Checks::length(std::string_view member, Text value, std::size_t least, std::size_t most)
{
    if (!value) {
        return;
    }
    const auto size = characters(*value);
    if (size < least) {
        fail(member, quoted(*value), "have length greater than or equal to " + std::to_string(least));
    } else if (size > most) {
        fail(member, quoted(*value), "have length less than or equal to " + std::to_string(most));
    }
}

void Checks::range(std::string_view member, std::optional<std::int64_t> value, std::int64_t least, std::int64_t most)
{
    if (!value) {
        return;
    }
    if (*value < least) {
        fail(member, quoted(std::to_string(*value)), "have value greater than or equal to " + std::to_string(least));
    } else if (*value > most) {
        fail(member, quoted(std::to_string(*value)), "have value less than or equal to " + std::to_string(most));
    }
}

void Checks::one_of(std::string_view member, Text value, std::initializer_list<std::string_view> allowed)
{
    if (!value || std::ranges::find(allowed, *value) != allowed.end()) {
        return;
    }
    std::string all;
    for (const auto one : allowed) {
        all.append(all.empty() ? "" : ", ").append(one);
    }
    fail(member, quoted(*value), "satisfy enum value set: [" + all + "]");
}

void Checks::name(std::string_view member, Text value)
{
    if (value && (value->empty() || !std::ranges::all_of(*value, is_name_letter))) {
        fail_pattern(member, *value, "[a-zA-Z0-9_.-]+");
    }
    length(member, value, 1, kMaxNameCharacters);
}

void Checks::stream_arn(Text value)
{
    if (value && !stream_of_arn(*value)) {
        fail_pattern("streamARN", *value, R"(arn:aws.*:kinesis:.*:\d{12}:stream/\S+)");
    }
    length("streamARN", value, 1, kMaxArnCharacters);
}

void Checks::sequence_number(std::string_view member, Text value)
{
    if (value && !is_number(*value, 129)) {
        fail_pattern(member, *value, R"(0|([1-9]\d{0,128}))");
    }
}

void Checks::hash_key(std::string_view member, Text value)
{
    if (value && !is_number(*value, 39)) {
        fail_pattern(member, *value, R"(0|([1-9]\d{0,38}))");
    }
}

void Checks::partition_key(std::string_view member, Text value)
{
    length(member, value, 1, kMaxKeyCharacters);
}

std::optional<ApiError> Checks::error() const
{
    if (errors_ == 0) {
        return std::nullopt;
    }
    return ApiError{"ValidationException", std::to_string(errors_) +
                                               (errors_ == 1 ? " validation error" : " validation errors") +
                                               " detected: " + message_};
}

std::optional<std::string_view> stream_of_arn(std::string_view arn)
{
    constexpr std::string_view kStream = "stream/";
    std::string_view parts[5];
    for (auto& part : parts) {
        const auto colon = arn.find(':');
        if (colon == std::string_view::npos) {
            return std::nullopt;
        }
        part = arn.substr(0, colon);
        arn.remove_prefix(colon + 1);
    }
    if (parts[0] != "arn" || !parts[1].starts_with("aws") || parts[2] != "kinesis" || parts[4].size() != 12 ||
        !std::ranges::all_of(parts[4], is_digit) || !arn.starts_with(kStream)) {
        return std::nullopt;
    }
    arn.remove_prefix(kStream.size());
    return arn.empty() || !std::ranges::all_of(arn, is_name_letter) ? std::nullopt : std::optional(arn);
}

}  // namespace alleycat::ingest
