#include "folders.hpp"

#include <alleycat/core/hourly_folder.hpp>
#include <alleycat/core/uuid.hpp>
#include <alleycat/delivery/file_span.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace alleycat::delivery {

namespace {

// The 122 bits that a version 8 leaves free, the highest first:
//     shard (8), first sequence number (56), how much higher the last one is (56), completes_window (1), 0 (1)
// lie around the version (4 bits behind the first 48) and the variant (2 bits behind 12 more).
__extension__ using Bits = unsigned __int128;

constexpr int kSequenceBits = 56;
constexpr std::uint64_t kSequenceMask = (std::uint64_t{1} << kSequenceBits) - 1;
constexpr std::uint64_t kVersion = 8;
constexpr std::uint64_t kVariant = 2;
constexpr std::size_t kUuidCharacters = 36;
constexpr std::size_t kNewestHours = 48;

std::uint64_t part(Bits bits, int at, int size)
{
    return static_cast<std::uint64_t>(bits >> at) & ((std::uint64_t{1} << size) - 1);
}

std::optional<Bits> bits_of(std::string_view uuid)
{
    if (uuid.size() != kUuidCharacters) {
        return std::nullopt;
    }
    Bits bits = 0;
    for (std::size_t at = 0; at < uuid.size(); ++at) {
        unsigned digit = 0;
        const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
        const auto* begin = uuid.data() + at;
        if (dash ? *begin != '-' : std::from_chars(begin, begin + 1, digit, 16).ptr != begin + 1) {
            return std::nullopt;
        }
        bits = dash ? bits : bits << 4 | digit;
    }
    return bits;
}

void raise_positions(const HourlyFolder& folder, std::string_view ending, std::vector<std::uint64_t>& positions)
{
    const auto hours = folder.hours();
    for (auto at = hours.size() - std::min(hours.size(), kNewestHours); at < hours.size(); ++at) {
        std::error_code error;
        for (std::filesystem::directory_iterator entry(hours[at], error), end; !error && entry != end;
             entry.increment(error)) {
            const auto name = entry->path().filename().string();
            if (!name.ends_with(ending) || name.size() < ending.size() + kUuidCharacters) {
                continue;
            }
            const auto span = parse_file_id(
                std::string_view(name).substr(name.size() - ending.size() - kUuidCharacters, kUuidCharacters));
            if (span && span->completes_window && raw(span->shard) < positions.size()) {
                auto& position = positions[raw(span->shard)];
                position = std::max(position, span->last);
            }
        }
    }
}

}  // namespace

std::string file_id(const FileSpan& span)
{
    Bits bits = raw(span.shard) & 0xFF;
    bits = bits << kSequenceBits | (span.first & kSequenceMask);
    bits = bits << kSequenceBits | ((span.last - span.first) & kSequenceMask);
    bits = bits << 2 | (span.completes_window ? 2U : 0U);
    Bits whole = part(bits, 74, 48);
    whole = whole << 4 | kVersion;
    whole = whole << 12 | part(bits, 62, 12);
    whole = whole << 2 | kVariant;
    whole = whole << 62 | part(bits, 0, 62);
    std::array<std::uint8_t, 16> bytes{};
    for (auto at = bytes.rbegin(); at != bytes.rend(); ++at, whole >>= 8) {
        *at = static_cast<std::uint8_t>(whole);
    }
    return uuid_text(bytes);
}

std::optional<FileSpan> parse_file_id(std::string_view uuid)
{
    const auto whole = bits_of(uuid);
    if (!whole || part(*whole, 76, 4) != kVersion || part(*whole, 62, 2) != kVariant || part(*whole, 0, 1) != 0) {
        return std::nullopt;
    }
    Bits bits = part(*whole, 80, 48);
    bits = bits << 12 | part(*whole, 64, 12);
    bits = bits << 62 | part(*whole, 0, 62);
    FileSpan span;
    span.shard = ShardId{static_cast<std::uint32_t>(part(bits, 2 + 2 * kSequenceBits, 8))};
    span.first = part(bits, 2 + kSequenceBits, kSequenceBits);
    span.last = span.first + part(bits, 2, kSequenceBits);
    span.completes_window = part(bits, 1, 1) != 0;
    return span;
}

std::vector<std::uint64_t> delivered_positions(const std::filesystem::path& directory, std::uint32_t shards)
{
    std::vector<std::uint64_t> positions(shards);
    raise_positions(HourlyFolder(directory), kObjectEnding, positions);
    raise_positions(HourlyFolder(directory / kFailedFolder), kFailedEnding, positions);
    return positions;
}

}  // namespace alleycat::delivery
