#include "put_answer.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>

namespace alleycat::sim {

namespace {

using simdjson::dom::element;

constexpr unsigned kOk = 200;
constexpr unsigned kTooManyRequests = 429;
constexpr unsigned kFirstServerError = 500;

/// Errors with a status of 400 that mean "slower", not "wrong".
constexpr std::array<std::string_view, 3> kThrottled{"ProvisionedThroughputExceededException", "LimitExceededException",
                                                     "ThrottlingException"};

/// Nothing if there is no such member, or if it is no string: some servers write `"ErrorCode":null`.
std::optional<std::string_view> text_of(element object, std::string_view member)
{
    std::string_view text;
    return object[member].get(text) == simdjson::SUCCESS ? std::optional(text) : std::nullopt;
}

std::string describe(std::string_view code, std::string_view text)
{
    return std::string(code) + (text.empty() ? "" : ": ") + std::string(text);
}

PutAnswer malformed(std::string_view why)
{
    return {PutAnswer::Kind::Malformed, {}, "the server's answer is malformed: " + std::string(why)};
}

PutAnswer read_records(element root)
{
    simdjson::dom::array records;
    if (root["Records"].get(records) != simdjson::SUCCESS) {
        return malformed("it has no Records");
    }
    PutAnswer answer{PutAnswer::Kind::Records, {}, {}};
    for (const element record : records) {
        const auto number = text_of(record, "SequenceNumber");
        const auto code = text_of(record, "ErrorCode");
        if (number.has_value() == code.has_value()) {
            return malformed("a record must have either a SequenceNumber or an ErrorCode");
        }
        if (code && answer.message.empty()) {
            answer.message = describe(*code, text_of(record, "ErrorMessage").value_or(""));
        }
        answer.failed.push_back(code.has_value());
    }
    const auto failed = std::count(answer.failed.begin(), answer.failed.end(), true);
    std::int64_t said = 0;
    if (root["FailedRecordCount"].get(said) == simdjson::SUCCESS && said != failed) {
        return malformed("FailedRecordCount is " + std::to_string(said) + ", but " + std::to_string(failed) +
                         " records have an ErrorCode");
    }
    return answer;
}

/// `root` is nothing if the body is no JSON.
PutAnswer read_error(unsigned status, const std::optional<element>& root)
{
    const auto type = root ? text_of(*root, "__type").value_or("") : "";
    const std::string_view code = type.substr(type.find('#') + 1);  // some servers put a name space before it
    std::string message = "HTTP " + std::to_string(status);
    if (!code.empty()) {
        message = describe(code, text_of(*root, "message").value_or(text_of(*root, "Message").value_or("")));
    }
    const bool later = status >= kFirstServerError || status == kTooManyRequests ||
                       std::find(kThrottled.begin(), kThrottled.end(), code) != kThrottled.end();
    return {later ? PutAnswer::Kind::TryLater : PutAnswer::Kind::Refused, {}, message};
}

}  // namespace

struct PutAnswerReader::Parser {
    simdjson::dom::parser json;
};

PutAnswerReader::PutAnswerReader() : parser_(std::make_unique<Parser>()) {}

PutAnswerReader::~PutAnswerReader() = default;

PutAnswer PutAnswerReader::read(unsigned status, std::string_view body)
{
    element root;
    const bool is_json = parser_->json.parse(body.data(), body.size()).get(root) == simdjson::SUCCESS;
    if (status != kOk) {
        return read_error(status, is_json ? std::optional(root) : std::nullopt);
    }
    return is_json ? read_records(root) : malformed("it is not JSON");
}

}  // namespace alleycat::sim
