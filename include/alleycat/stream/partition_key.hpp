#pragma once

#include <alleycat/telemetry/record.hpp>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace alleycat::stream {

/// Where a record came from, as far as a partition key may ask.
struct Origin {
    std::int64_t arrival_ms{0};    ///< ms since the epoch
    std::string_view topic{};      ///< empty where the record came by no topic
    std::string_view client_id{};  ///< empty where nobody knows it
};

/// The level of a topic, the first one being 1; none where the topic has fewer.
[[nodiscard]] std::optional<std::string_view> topic_level(std::string_view topic, std::size_t level);

/// How a partition key is made of a record: text with these in it. Records with one key keep their order.
///     ${racerId} ${classId} ${raceId} ${second} ${name} ${uuid}    fields; a record without a uuid takes its racer's
///                                                                  id for it, so that a racer's records stay in order
///     ${topic(1)} ${topic(2)} …                                    levels of the topic; empty where there is none
///     ${clientid()} ${timestamp()} ${random()}                     sender; arrival in ms since the epoch; a number
class PartitionKeyTemplate {
public:
    /// Throws std::invalid_argument with a message that says what is allowed; for start-up.
    explicit PartitionKeyTemplate(std::string_view text);

    /// The key of `record`, 1 … 256 characters; valid until the next call. Where it would be empty it is the racer's
    /// id.
    [[nodiscard]] std::string_view render(const telemetry::Record& record, const Origin& origin);

    static constexpr std::string_view kAllowed =
        "${racerId}, ${classId}, ${raceId}, ${second}, ${name}, ${uuid}, ${topic(n)}, ${clientid()}, ${timestamp()}, "
        "${random()}";

private:
    enum class Variable : std::uint8_t {
        RacerId,
        ClassId,
        RaceId,
        Second,
        Name,
        Uuid,
        Topic,
        ClientId,
        Timestamp,
        Random
    };
    struct Placeholder {
        Variable variable{};
        std::size_t level{0};  // of Topic
    };
    using Part = std::variant<std::string, Placeholder>;

    [[nodiscard]] static Placeholder placeholder(std::string_view name);
    void append(const Placeholder& placeholder, const telemetry::Record& record, const Origin& origin);

    std::vector<Part> parts_;
    std::string key_;  // the latest rendered
    std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace alleycat::stream
