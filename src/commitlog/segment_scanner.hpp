#pragma once

#include <alleycat/commitlog/disk.hpp>
#include <alleycat/commitlog/log_record.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace alleycat::commitlog {

/// Reads a segment from its first frame to its end, and finds the next valid frame behind a damaged one.
///
/// Cost: linear in the segment; memory: one chunk, or one frame where that is larger.
class SegmentScanner {
public:
    enum class Item {
        Record,
        Damage,  ///< bytes without a valid record; a record or the end follows
        End,
    };

    /// `end`: where reading ends. `begin`: where it begins, if not with the first frame.
    SegmentScanner(std::unique_ptr<File> file, std::uint32_t salt, SequenceNumber first_sequence, std::uint64_t end,
                   std::uint64_t begin = 0);

    /// Errors: the system's, when the file cannot be read.
    [[nodiscard]] Result<Item> next();

    /// Valid after Item::Record, until the next call of next().
    [[nodiscard]] const LogRecord& record() const { return record_; }
    /// Valid after Item::Damage: the offset of its first byte, and how many there are.
    [[nodiscard]] std::uint64_t damage_offset() const { return damage_offset_; }
    [[nodiscard]] std::uint64_t damage_bytes() const { return damage_bytes_; }
    /// Where the record, the damage, or the segment ended.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }

private:
    /// The bytes at `offset`, `count` of them or as many as there are; more where that costs nothing.
    [[nodiscard]] Result<std::span<const std::byte>> view(std::uint64_t offset, std::size_t count);
    /// Reads the frame at `offset`; 0 where there is no valid one, else its size.
    [[nodiscard]] Result<std::size_t> read_frame(std::uint64_t offset);
    /// Where the next valid frame behind `offset` begins, or the end.
    [[nodiscard]] Result<std::uint64_t> find_frame(std::uint64_t offset);

    const std::unique_ptr<File> file_;
    const std::uint32_t salt_;
    const std::uint64_t end_;
    SequenceNumber next_sequence_;  // the lowest that may come
    std::uint64_t offset_;
    std::uint64_t damage_offset_{0};
    std::uint64_t damage_bytes_{0};
    LogRecord record_;
    std::vector<std::byte> buffer_;
    std::uint64_t buffer_offset_{0};
    std::size_t buffered_{0};
};

}  // namespace alleycat::commitlog
