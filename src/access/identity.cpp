#include <alleycat/access/identity.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace alleycat::access {

namespace {

constexpr std::array<std::pair<Role, std::string_view>, 4> kNames{{
    {Role::Bike, "bike"},
    {Role::Studio, "studio"},
    {Role::Viewer, "viewer"},
    {Role::Administrator, "administrator"},
}};

}  // namespace

std::string_view name(Role role)
{
    return std::ranges::find(kNames, role, &decltype(kNames)::value_type::first)->second;
}

std::optional<Role> parse_role(std::string_view text)
{
    const auto found = std::ranges::find(kNames, text, &decltype(kNames)::value_type::second);
    return found == kNames.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace alleycat::access
