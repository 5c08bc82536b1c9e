#pragma once

#include <cstdint>
#include <functional>

namespace alleycat {

// Ids are types of their own, so that a racer is never taken for a class. `raw()` gives the number back.

enum class RacerId : std::uint64_t {};  ///< 0 … 2^53-1, so that a browser can hold it
enum class ClassId : std::uint32_t {};  ///< 1 … 2^31-1, one of the configured classes
enum class RaceId : std::int64_t {};    ///< opaque to this program
enum class ShardId : std::uint32_t {};  ///< 0 … shards-1

template <class Id>
[[nodiscard]] constexpr auto raw(Id id)
{
    return static_cast<std::underlying_type_t<Id>>(id);
}

/// The largest integer that every JSON client reads exactly.
inline constexpr std::int64_t kMaxJsonInteger = (std::int64_t{1} << 53) - 1;

}  // namespace alleycat
