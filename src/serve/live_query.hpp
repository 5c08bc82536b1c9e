#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/net/http.hpp>

#include <compare>
#include <optional>
#include <string>
#include <variant>

namespace alleycat::serve {

enum class Board : std::uint8_t { Now, Alltime };

/// What a viewer of `/live` asks for.
struct LiveQuery {
    ClassId class_id{};
    Board board{Board::Now};
    std::optional<RaceId> race_id;  ///< none: the class's newest, whichever that becomes
    std::optional<RacerId> racer_id;
    std::size_t top{100};

    auto operator<=>(const LiveQuery&) const = default;
};

/// The query, or a line that names the parameter and what is allowed.
[[nodiscard]] std::variant<LiveQuery, std::string> parse_live_query(const net::Request& request,
                                                                    std::span<const ClassId> classes,
                                                                    std::size_t max_top);

}  // namespace alleycat::serve
