#pragma once

#include "api_error.hpp"

#include <alleycat/stream/hash_key.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace alleycat::ingest {

/// What a put may bring, besides what is always so.
struct PutRules {
    std::string_view stream;
    std::size_t record_bytes{0};  ///< data and partition key
};

/// One record of a put, checked.
struct PutEntry {
    std::string_view partition_key;
    std::optional<stream::HashKey> hash_key;
    std::string_view data;  ///< with telemetry::RecordReader::kPadding readable bytes behind it
};

/// Reads PutRecord and PutRecords: everything about a call is right, or it is refused as a whole.
///
/// Thread: one at a time; its room is used again and again.
class PutRequestReader {
public:
    using Entries = std::span<const PutEntry>;

    PutRequestReader();
    ~PutRequestReader();

    /// `body`: with net::Request::kBodyPadding readable bytes behind it. The entries are valid until the next call.
    [[nodiscard]] ApiResult<Entries> read_record(std::string_view body, const PutRules& rules);
    [[nodiscard]] ApiResult<Entries> read_records(std::string_view body, const PutRules& rules);

private:
    class Impl;
    const std::unique_ptr<Impl> impl_;
};

}  // namespace alleycat::ingest
