#include "segment_format.hpp"

#include <alleycat/core/crc32c.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

namespace alleycat::commitlog {

namespace {

static_assert(std::endian::native == std::endian::little, "the structs below are written as they lie in memory");

constexpr std::string_view kSegmentMagic = "alleylog";
constexpr std::size_t kSegmentDigits = 10;
constexpr std::string_view kSuffix = ".log";

struct HeaderBytes {
    char magic[8];
    std::uint32_t version;
    std::uint32_t shard;
    std::uint64_t number;
    std::uint64_t first_sequence;
    std::uint64_t previous_end;
    std::int64_t created_ms;
    std::uint64_t unused;
    std::uint32_t salt;
    std::uint32_t crc;  // of everything before it
};
static_assert(sizeof(HeaderBytes) == kSegmentHeaderBytes);

struct FrameBytes {
    std::uint32_t mark;
    std::uint32_t crc;  // of everything behind it, without the padding; begun with the segment's salt
    std::uint32_t data_bytes;
    std::uint16_t key_bytes;
    std::uint8_t has_hash_key;
    std::uint8_t door;  // kRefused, and the verdict's bits above it
    std::uint64_t sequence;
    std::int64_t arrival_ms;
};
static_assert(sizeof(FrameBytes) == kFrameHeaderBytes);
constexpr std::size_t kUnchecked = offsetof(FrameBytes, data_bytes);

// Programs from before there were verdicts take a record with any of these bits for one that was refused: they keep it
// among what failed, and count it nowhere.
constexpr unsigned kRefused = 1;
constexpr unsigned kVerdictShift = 1;

/// Differs from segment to segment, so that nobody can send data full of marks, each of which would be looked into.
std::uint32_t frame_mark(std::uint32_t salt)
{
    return salt ^ 0x9C5EA1E7;
}

template <class T>
T read(std::span<const std::byte> bytes)
{
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

std::size_t unpadded_size(const FrameBytes& frame)
{
    return kFrameHeaderBytes + (frame.has_hash_key != 0 ? sizeof(ExplicitHashKey) : 0) + frame.key_bytes +
           frame.data_bytes;
}

std::size_t padded(std::size_t size)
{
    return (size + kFrameAlignment - 1) / kFrameAlignment * kFrameAlignment;
}

}  // namespace

void append_header(std::vector<std::byte>& bytes, const SegmentHeader& header)
{
    HeaderBytes raw_header{};
    std::memcpy(raw_header.magic, kSegmentMagic.data(), kSegmentMagic.size());
    raw_header.version = kFormatVersion;
    raw_header.shard = raw(header.shard);
    raw_header.number = header.number;
    raw_header.first_sequence = header.first_sequence;
    raw_header.previous_end = header.previous_end;
    raw_header.created_ms = header.created_ms;
    raw_header.salt = header.salt;
    const auto view = std::as_bytes(std::span(&raw_header, 1));
    raw_header.crc = crc32c(view.first(offsetof(HeaderBytes, crc)));
    bytes.insert(bytes.end(), view.begin(), view.end());
}

HeaderOutcome parse_header(std::span<const std::byte> bytes)
{
    if (bytes.size() < kSegmentHeaderBytes) {
        return {{}, "is too short for a log segment"};
    }
    const auto found = read<HeaderBytes>(bytes);
    if (std::string_view(found.magic, kSegmentMagic.size()) != kSegmentMagic) {
        return {{}, "is not a log segment"};
    }
    if (found.crc != crc32c(bytes.first(offsetof(HeaderBytes, crc)))) {
        return {{}, "has a damaged header"};
    }
    if (found.version != kFormatVersion) {
        return {{}, fmt::format("has format version {}, and this program reads {}", found.version, kFormatVersion)};
    }
    return {
        {ShardId{found.shard}, found.number, found.first_sequence, found.previous_end, found.created_ms, found.salt},
        ""};
}

void append_frame(std::vector<std::byte>& bytes, const LogRecord& record, std::uint32_t salt)
{
    FrameBytes frame{};
    frame.mark = frame_mark(salt);
    frame.data_bytes = static_cast<std::uint32_t>(record.data.size());
    frame.key_bytes = static_cast<std::uint16_t>(record.partition_key.size());
    frame.has_hash_key = record.explicit_hash_key ? 1 : 0;
    frame.door =
        static_cast<std::uint8_t>((record.refused ? kRefused : 0U) | unsigned{record.verdict.bits()} << kVerdictShift);
    frame.sequence = record.sequence;
    frame.arrival_ms = record.arrival_ms;

    const auto size = unpadded_size(frame);
    const auto begin = bytes.size();
    bytes.resize(begin + padded(size));
    auto* at = bytes.data() + begin + kFrameHeaderBytes;
    const auto put = [&at](const void* part, std::size_t part_bytes) {
        if (part_bytes != 0) {  // an empty view may point nowhere
            std::memcpy(at, part, part_bytes);
            at += part_bytes;
        }
    };
    std::memcpy(bytes.data() + begin, &frame, sizeof frame);
    if (record.explicit_hash_key) {
        put(&*record.explicit_hash_key, sizeof *record.explicit_hash_key);
    }
    put(record.partition_key.data(), record.partition_key.size());
    put(record.data.data(), record.data.size());
    const auto checked = std::span<const std::byte>(bytes).subspan(begin + kUnchecked, size - kUnchecked);
    frame.crc = crc32c(checked, salt);
    std::memcpy(bytes.data() + begin, &frame, kUnchecked);
}

std::size_t frame_size(std::span<const std::byte> header, std::uint32_t salt)
{
    const auto frame = read<FrameBytes>(header);
    const bool possible = frame.mark == frame_mark(salt) && frame.data_bytes <= kMaxDataBytes &&
                          frame.key_bytes <= kMaxKeyBytes && frame.has_hash_key <= 1 && frame.sequence != 0;
    return possible ? padded(unpadded_size(frame)) : 0;
}

std::optional<LogRecord> parse_frame(std::span<const std::byte> bytes, std::uint32_t salt)
{
    const auto frame = read<FrameBytes>(bytes);
    const auto size = unpadded_size(frame);
    if (crc32c(bytes.subspan(kUnchecked, size - kUnchecked), salt) != frame.crc) {
        return std::nullopt;
    }
    LogRecord record;
    record.refused = (frame.door & kRefused) != 0;
    record.verdict = Verdict::from_bits(static_cast<std::uint8_t>(frame.door >> kVerdictShift));
    record.sequence = frame.sequence;
    record.arrival_ms = frame.arrival_ms;
    auto rest = bytes.first(size).subspan(kFrameHeaderBytes);
    if (frame.has_hash_key != 0) {
        record.explicit_hash_key = read<ExplicitHashKey>(rest);
        rest = rest.subspan(sizeof(ExplicitHashKey));
    }
    const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
    record.partition_key = text.substr(0, frame.key_bytes);
    record.data = text.substr(frame.key_bytes);
    return record;
}

std::size_t next_frame_mark(std::span<const std::byte> bytes, std::uint32_t salt)
{
    const auto mark = frame_mark(salt);
    for (std::size_t at = 0; at + sizeof mark <= bytes.size(); at += kFrameAlignment) {
        if (read<std::uint32_t>(bytes.subspan(at)) == mark) {
            return at;
        }
    }
    return bytes.size();
}

std::string segment_name(std::uint64_t number)
{
    return fmt::format("{:0{}}{}", number, kSegmentDigits, kSuffix);
}

std::uint64_t segment_number(std::string_view name)
{
    std::uint64_t number = 0;
    if (name.size() != kSegmentDigits + kSuffix.size() || !name.ends_with(kSuffix)) {
        return 0;
    }
    const auto* end = name.data() + kSegmentDigits;
    const auto [stopped, error] = std::from_chars(name.data(), end, number);
    return error == std::errc() && stopped == end ? number : 0;
}

}  // namespace alleycat::commitlog
