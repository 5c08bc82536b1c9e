#pragma once

#include <alleycat/telemetry/record.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace alleycat::stream {

/// How a partition key is made of a record: text with `${racerId}`, `${classId}`, `${uuid}`, `${timestamp()}` (arrival,
/// ms since the epoch) and `${random()}` in it. Records with one key keep their order.
class PartitionKeyTemplate {
public:
    /// Throws std::invalid_argument with a message that says what is allowed; for start-up.
    explicit PartitionKeyTemplate(std::string_view text);

    /// The key of `record`, 1 … 256 characters; valid until the next call. A record without a uuid takes its racer's id
    /// for it, so that a racer's records stay in order.
    [[nodiscard]] std::string_view render(const telemetry::Record& record, std::int64_t arrival_ms);

private:
    enum class Variable : std::uint8_t { RacerId, ClassId, Uuid, Timestamp, Random };
    using Part = std::variant<std::string, Variable>;

    [[nodiscard]] static Variable variable(std::string_view name);

    std::vector<Part> parts_;
    std::string key_;  // the latest rendered
    std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace alleycat::stream
