#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/core/verdict.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace alleycat::commitlog {

/// The number of a record: above 0, strictly increasing within a shard, with gaps.
using SequenceNumber = std::uint64_t;

/// An explicit hash key, 0 … 2^128-1.
__extension__ using ExplicitHashKey = unsigned __int128;

/// One record as the log keeps it. It does not look into the data.
struct LogRecord {
    SequenceNumber sequence{0};
    std::int64_t arrival_ms{0};      ///< ms since the epoch
    std::string_view partition_key;  ///< at most kMaxKeyBytes
    std::optional<ExplicitHashKey> explicit_hash_key;
    std::string_view data;  ///< at most kMaxDataBytes
    bool refused{false};    ///< its door found it not valid, and kept it all the same
    Verdict verdict{};      ///< what its door made of a valid one
};

inline constexpr std::size_t kMaxKeyBytes = 1024;  // 256 characters
inline constexpr std::size_t kMaxDataBytes = std::size_t{1} << 20;

/// A segment: one file of a shard's log.
struct Segment {
    std::filesystem::path path;
    std::uint64_t number{0};           ///< from 1 on, without gaps
    SequenceNumber first_sequence{0};  ///< no record in it has a lower one, each record in the segments before it has
    std::int64_t created_ms{0};        ///< ms since the epoch
    std::uint32_t salt{0};
    std::uint64_t end{0};  ///< where its valid part ends, in bytes from the beginning of the file
};

/// A place in a shard's log, between two frames.
struct LogPosition {
    std::uint64_t segment{0};  ///< its number; 0: not known
    std::uint64_t offset{0};   ///< in bytes from the beginning of the file
};

/// Bytes of a segment in which there is no valid record.
struct DamagedRegion {
    ShardId shard{};
    std::filesystem::path path;
    std::uint64_t segment{0};
    std::uint64_t offset{0};
    std::uint64_t bytes{0};
};

}  // namespace alleycat::commitlog
