#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/core/verdict.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::quarantine {

/// Which record of the stream it is. Ordered by age.
struct HeldId {
    std::uint64_t sequence{0};
    ShardId shard{};

    auto operator<=>(const HeldId&) const = default;
};

/// "0-4711": the shard, then the sequence number.
[[nodiscard]] std::string to_text(const HeldId& id);
/// nullopt for any other text.
[[nodiscard]] std::optional<HeldId> parse_id(std::string_view text);

/// A record that is held.
struct HeldRecord {
    HeldId id;
    std::int64_t arrival_ms{0};  ///< ms since the epoch
    Suspicions reasons;
    ClassId class_id{};
    RaceId race_id{};
    RacerId racer_id{};
    std::string partition_key;
    std::string data;  ///< as it was sent

    bool operator==(const HeldRecord&) const = default;
};

/// Which of them are meant: those that have all of what is given.
struct Filter {
    std::optional<ClassId> class_id{};
    std::optional<RaceId> race_id{};
    std::optional<RacerId> racer_id{};

    [[nodiscard]] bool empty() const { return !class_id && !race_id && !racer_id; }
};

/// A part of those that a filter means.
struct Page {
    std::vector<HeldRecord> records;
    std::uint64_t total{0};  ///< all that the filter means
    bool more{false};        ///< there are some behind these
};

}  // namespace alleycat::quarantine
