#include "segment_format.hpp"
#include "segment_scanner.hpp"

#include <alleycat/commitlog/commit_log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace alleycat::commitlog {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunkBytes = 256 * 1024;

[[noreturn]] void refuse(const fs::path& path, std::string_view why)
{
    throw std::runtime_error(fmt::format("{}: {}", path.string(), why));
}

template <class T>
T value_or_refuse(Result<T> result, const fs::path& path)
{
    if (!result) {
        refuse(path, result.error().message());
    }
    return std::move(*result);
}

std::vector<std::uint64_t> segment_numbers(const Disk& disk, const fs::path& directory)
{
    std::vector<std::uint64_t> numbers;
    for (const auto& name : value_or_refuse(disk.list(directory), directory)) {
        if (const auto number = segment_number(name); number != 0) {
            numbers.push_back(number);
        }
    }
    std::sort(numbers.begin(), numbers.end());
    for (std::size_t at = 1; at < numbers.size(); ++at) {
        if (numbers[at] != numbers[at - 1] + 1) {
            refuse(directory / segment_name(numbers[at - 1] + 1),
                   fmt::format("this log segment is missing, while {} is there; put it back, or move the segments "
                               "before it elsewhere to do without their records",
                               segment_name(numbers[at])));
        }
    }
    return numbers;
}

SegmentHeader read_header(const Disk& disk, const fs::path& path, ShardId shard, std::uint64_t number)
{
    const auto file = value_or_refuse(disk.open(path), path);
    std::vector<std::byte> bytes(kSegmentHeaderBytes);
    bytes.resize(value_or_refuse(file->read_at(0, bytes), path));
    const auto [header, wrong] = parse_header(bytes);
    if (!wrong.empty()) {
        refuse(path, wrong);
    }
    if (header.shard != shard || header.number != number) {
        refuse(path, fmt::format("is segment {} of shard {} by its header; it does not belong here", header.number,
                                 raw(header.shard)));
    }
    return header;
}

/// Behind this offset the file holds nothing but zeros.
std::uint64_t end_of_bytes(const File& file, const fs::path& path, std::uint64_t from)
{
    std::vector<std::byte> chunk(kChunkBytes);
    auto end = from;
    for (auto at = from;;) {
        const auto got = value_or_refuse(file.read_at(at, chunk), path);
        if (got == 0) {
            return end;
        }
        const auto last = std::find_if(chunk.rend() - static_cast<std::ptrdiff_t>(got), chunk.rend(),
                                       [](std::byte byte) { return byte != std::byte{0}; });
        if (last != chunk.rend()) {
            end = at + static_cast<std::uint64_t>(chunk.rend() - last);
        }
        at += got;
    }
}

/// Finds the end of the last segment, as the earlier process left it.
void read_last(const Disk& disk, LogContents& contents, ShardId shard)
{
    auto& segment = contents.segments.back();
    auto file = value_or_refuse(disk.open(segment.path), segment.path);
    const auto size = value_or_refuse(file->size(), segment.path);
    contents.end_of_bytes = end_of_bytes(*file, segment.path, kSegmentHeaderBytes);
    SegmentScanner scanner(std::move(file), segment.salt, segment.first_sequence, size);
    segment.end = kSegmentHeaderBytes;
    std::optional<DamagedRegion> damage;
    for (;;) {
        const auto item = value_or_refuse(scanner.next(), segment.path);
        if (item == SegmentScanner::Item::End) {
            break;
        }
        if (item == SegmentScanner::Item::Damage) {
            damage = {shard, segment.path, segment.number, scanner.damage_offset(), scanner.damage_bytes()};
            continue;
        }
        if (damage) {
            contents.damaged.push_back(*damage);
            damage.reset();
        }
        segment.end = scanner.offset();
        contents.last_sequence = scanner.record().sequence;
    }
    contents.end_of_bytes = std::max(contents.end_of_bytes, segment.end);
    if (contents.end_of_bytes > segment.end) {
        contents.torn = {segment.path, segment.end, contents.end_of_bytes - segment.end};
    }
}

}  // namespace

LogContents read_contents(const Disk& disk, const fs::path& directory, ShardId shard)
{
    LogContents contents;
    for (const auto number : segment_numbers(disk, directory)) {
        const auto path = directory / segment_name(number);
        const auto header = read_header(disk, path, shard, number);
        if (!contents.segments.empty()) {
            auto& before = contents.segments.back();
            before.end = header.previous_end;
            if (header.first_sequence < before.first_sequence || header.previous_end < kSegmentHeaderBytes) {
                refuse(path, "does not follow the segment before it");
            }
        }
        contents.segments.push_back({path, number, header.first_sequence, header.created_ms, header.salt, 0});
    }
    if (!contents.segments.empty()) {
        contents.last_sequence = contents.segments.back().first_sequence - 1;
        read_last(disk, contents, shard);
    }
    return contents;
}

}  // namespace alleycat::commitlog
