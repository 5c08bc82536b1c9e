#pragma once

#include <alleycat/access/token_store.hpp>

#include <span>
#include <string>
#include <string_view>

namespace alleycat::access {

/// A token that nobody has yet; its name may be taken.
[[nodiscard]] TokenStore::Made random_token();

[[nodiscard]] TokenHash hash_of(std::string_view token);

/// Fills `room` with random bytes that nobody foretells. Throws std::runtime_error where the system has none.
void fill_random(std::span<unsigned char> room);

}  // namespace alleycat::access
