#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/telemetry/record.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::telemetry {

/// What a record may hold. Ranges are inclusive.
struct RecordLimits {
    std::vector<ClassId> classes;
    std::uint32_t race_length{300};   ///< seconds
    double cadence_max{250};          ///< rpm
    double resistance_max{100};       ///< %
    std::size_t name_characters{64};  ///< Unicode code points
    std::size_t record_bytes{16 * 1024};
};

/// Why a record was refused.
struct Rejection {
    Errc code{};
    std::string message;  ///< names the field and what is allowed
    std::string uuid;     ///< the record's, where it had one that could be read
};

/// Reads the records out of payloads: one record, a JSON array of records, records separated by newlines, or several of
/// these after one another. Each record stands alone: a broken one is one Rejection, and reading goes on behind it.
///
/// Thread: one at a time; a reader is reused for payload after payload and then allocates nothing.
/// Cost:   linear in the payload, whatever it holds.
class RecordReader {
public:
    /// Bytes that must be readable (of any content) behind the text of a payload.
    static constexpr std::size_t kPadding = 64;

    enum class Item { Record, Rejection, End };

    explicit RecordReader(RecordLimits limits);
    ~RecordReader();
    RecordReader(RecordReader&&) noexcept;
    RecordReader& operator=(RecordReader&&) noexcept;

    /// Begins a payload. `text` must stay readable, with kPadding bytes behind it, until the next start().
    void start(std::string_view text);

    /// Moves to the next record.
    Item next();

    /// Reads `text`, as start() takes it, which must be one record and nothing else but white space around it: Record,
    /// or else Rejection.
    Item read_one(std::string_view text);

    /// Valid after next() returned Item::Record, until the next call of next() or start().
    [[nodiscard]] const Record& record() const;
    /// Valid after next() returned Item::Rejection, until the next call of next() or start().
    [[nodiscard]] const Rejection& rejection() const;
    /// The text of the current record; valid as long as record().
    [[nodiscard]] std::string_view record_text() const;

    /// The current record and everything behind it, as a payload that a later start() can take.
    [[nodiscard]] std::string rest() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace alleycat::telemetry
