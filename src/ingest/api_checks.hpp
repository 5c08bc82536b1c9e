#pragma once

#include "api_error.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace alleycat::ingest {

/// What the public API asks of its members, and all that is wrong with those of one call, told together: "2 validation
/// errors detected: Value 'x' at 'streamName' failed to satisfy constraint: Member must …; …"
///
/// Each check takes an absent member as well, and only required() minds.
class Checks {
public:
    using Text = std::optional<std::string_view>;

    /// What follows is about members of `records`, the first of which is 1; 0: about the call's own again.
    void in_record(std::size_t number) { record_ = number; }

    void required(std::string_view member, bool present);
    /// In characters of Unicode.
    void length(std::string_view member, Text value, std::size_t least, std::size_t most);
    void range(std::string_view member, std::optional<std::int64_t> value, std::int64_t least, std::int64_t most);
    void one_of(std::string_view member, Text value, std::initializer_list<std::string_view> allowed);

    /// A stream's or shard's name: 1 … 128 of [a-zA-Z0-9_.-].
    void name(std::string_view member, Text value);
    void stream_arn(Text value);
    void sequence_number(std::string_view member, Text value);
    void hash_key(std::string_view member, Text value);
    void partition_key(std::string_view member, Text value);

    /// Any other complaint; `value` as the message says it, quotes included, or nothing.
    void fail(std::string_view member, std::string_view value, std::string_view constraint);

    /// None where nothing is wrong.
    [[nodiscard]] std::optional<ApiError> error() const;

private:
    void fail_pattern(std::string_view member, std::string_view value, std::string_view pattern);

    std::size_t record_{0};
    int errors_{0};  // of which the message has no more than kMaxErrors
    std::string message_;
};

/// The stream that "arn:aws:kinesis:<region>:<account>:stream/<name>" names; none where it is no such text.
[[nodiscard]] std::optional<std::string_view> stream_of_arn(std::string_view arn);

}  // namespace alleycat::ingest
