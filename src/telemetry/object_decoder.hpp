#pragma once

#include <alleycat/telemetry/record_reader.hpp>

// Every result is looked at: without exceptions, one that is not does not compile.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <array>
#include <optional>

namespace alleycat::telemetry {

enum class Field : std::size_t {
    Uuid,
    Event,
    DeviceTimestamp,
    Second,
    RaceId,
    Name,
    RacerId,
    ClassId,
    Cadence,
    Resistance,
    kCount,
};

/// Decodes and checks one JSON object as a record. Every value is read to its end, known field or not, so that an
/// object that is accepted or refused for a field is valid JSON. Where a field stands twice, the last one counts, as it
/// does in `JSON.parse`.
class ObjectDecoder {
public:
    explicit ObjectDecoder(RecordLimits limits) : limits_(std::move(limits)) {}

    /// Fills `record` and returns true, or fills `rejection` and returns false. The views of `record` live in the
    /// parser's string buffer.
    [[nodiscard]] bool decode(simdjson::ondemand::object object, Record& record, Rejection& rejection);

    [[nodiscard]] const RecordLimits& limits() const { return limits_; }

private:
    using Value = simdjson::ondemand::value;

    [[nodiscard]] simdjson::error_code read_fields(simdjson::ondemand::object& object, Record& record);
    [[nodiscard, gnu::always_inline]] inline simdjson::error_code read_field(Field field, Value value, Record& record);
    [[nodiscard, gnu::always_inline]] inline simdjson::error_code read_integer(Field field, Value value,
                                                                               std::int64_t low, std::int64_t high);
    [[nodiscard, gnu::always_inline]] inline simdjson::error_code read_number(Field field, Value value, double high,
                                                                              double& out);
    [[nodiscard, gnu::always_inline]] inline simdjson::error_code read_text(Field field, Value value);
    [[nodiscard]] simdjson::error_code wrong_type(Field field, Value value);
    [[gnu::always_inline]] inline void check(Field field, bool good);
    [[nodiscard]] bool known_class(std::int64_t id) const;
    [[nodiscard]] std::string allowed(Field field) const;

    RecordLimits limits_;
    // Of the object being decoded:
    enum class State : std::uint8_t { Absent, Good, WrongType, OutOfRange };
    std::array<State, static_cast<std::size_t>(Field::kCount)> states_{};
    std::int64_t integer_{0};  // the latest that read_integer() read
    std::string_view text_;    // the latest that read_text() read
};

}  // namespace alleycat::telemetry
