#pragma once

#include <alleycat/delivery/transform.hpp>

// Every result is looked at: without exceptions, one that is not does not compile.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <span>

namespace alleycat::delivery {

/// What an answer says of one record.
struct AnsweredRecord {
    enum class Result : std::uint8_t { Missing, Ok, Dropped, Failed };

    Result result{Result::Missing};
    std::string_view code;  // where failed: of kFailureCodes
    std::string message;    // likewise
    std::size_t data_at{0};
    std::size_t data_bytes{0};
};

/// Reads the answers of a transform.
///
/// Thread: one at a time; reused.
class TransformAnswer {
public:
    /// Reads what `body` says of the records that were asked for, whose sequence numbers ascend. Returns what is wrong
    /// with it as a whole; empty: nothing.
    [[nodiscard]] std::string_view read(const std::string& body, std::span<const Window::Record> asked);

    /// Of the record at this place among those asked for.
    [[nodiscard]] const AnsweredRecord& record(std::size_t place) const { return records_[place]; }
    /// What it is transformed to, where it is Ok; with RecordReader::kPadding readable bytes behind it.
    [[nodiscard]] std::string_view data(const AnsweredRecord& record) const
    {
        return std::string_view(data_).substr(record.data_at, record.data_bytes);
    }
    /// Entries that are not about any of the records asked for, or about one that was spoken of before.
    [[nodiscard]] std::size_t strangers() const { return strangers_; }

private:
    using Object = simdjson::dom::object;

    [[nodiscard]] AnsweredRecord* find(const Object& entry, std::span<const Window::Record> asked);
    void read_entry(const Object& entry, AnsweredRecord& record);
    void read_data(const Object& entry, AnsweredRecord& record);

    simdjson::dom::parser parser_;
    std::vector<AnsweredRecord> records_;
    std::string data_;
    std::size_t strangers_{0};
};

}  // namespace alleycat::delivery
