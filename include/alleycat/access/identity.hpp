#pragma once

#include <alleycat/core/ids.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alleycat::access {

/// What a token lets its bearer do. Each may view.
enum class Role : std::uint8_t {
    Bike,           ///< sends records of one racer
    Studio,         ///< sends records of any racer
    Viewer,         ///< only looks
    Administrator,  ///< everything
};

/// "bike", "studio", "viewer", "administrator".
[[nodiscard]] std::string_view name(Role role);
[[nodiscard]] std::optional<Role> parse_role(std::string_view text);

/// Who a token stands for.
struct Identity {
    std::string id;  ///< of the token; no secret
    Role role{Role::Viewer};
    std::optional<RacerId> racer;  ///< of a bike, and of nobody else

    [[nodiscard]] bool may_send() const { return role != Role::Viewer; }
    [[nodiscard]] bool may_send_for(RacerId other) const { return may_send() && (!racer || *racer == other); }
    [[nodiscard]] bool may_administer() const { return role == Role::Administrator; }

    bool operator==(const Identity&) const = default;
};

}  // namespace alleycat::access
