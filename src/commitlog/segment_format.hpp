#pragma once

#include <alleycat/commitlog/log_record.hpp>

#include <span>
#include <string>
#include <vector>

namespace alleycat::commitlog {

// The bytes of a segment, as the README of this room draws them. All numbers are little-endian.

inline constexpr std::size_t kSegmentHeaderBytes = 64;
inline constexpr std::size_t kFrameHeaderBytes = 32;
inline constexpr std::size_t kFrameAlignment = 8;
inline constexpr std::uint32_t kFormatVersion = 1;

struct SegmentHeader {
    ShardId shard{};
    std::uint64_t number{0};
    SequenceNumber first_sequence{0};
    std::uint64_t previous_end{0};  // how many bytes of the segment before this one count; 0: there was none
    std::int64_t created_ms{0};
    std::uint32_t salt{0};  // random; what a client sends can therefore never look like a frame
};

void append_header(std::vector<std::byte>& bytes, const SegmentHeader& header);

/// Errors: a sentence that says why `bytes` is no header of this version.
struct HeaderOutcome {
    SegmentHeader header;
    std::string wrong;  // empty: all is well
};
[[nodiscard]] HeaderOutcome parse_header(std::span<const std::byte> bytes);

void append_frame(std::vector<std::byte>& bytes, const LogRecord& record, std::uint32_t salt);

/// The size of the frame that begins with these kFrameHeaderBytes; 0 where none can.
[[nodiscard]] std::size_t frame_size(std::span<const std::byte> header, std::uint32_t salt);

/// The record in a frame of frame_size() bytes, none where the checksum is wrong. Its views point into `frame`.
[[nodiscard]] std::optional<LogRecord> parse_frame(std::span<const std::byte> frame, std::uint32_t salt);

/// The first multiple of kFrameAlignment at which a frame may begin; bytes.size() where there is none.
[[nodiscard]] std::size_t next_frame_mark(std::span<const std::byte> bytes, std::uint32_t salt);

/// The name of the segment's file, and back: 0 for any other name.
[[nodiscard]] std::string segment_name(std::uint64_t number);
[[nodiscard]] std::uint64_t segment_number(std::string_view name);

/// What the name of a segment that is still being made ends with.
inline constexpr std::string_view kUnfinished = ".new";

}  // namespace alleycat::commitlog
