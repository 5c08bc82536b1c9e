#pragma once

#include <cstdint>
#include <string_view>

namespace alleycat::ranking {

/// One meaning of score for all boards, all results and all tables. In each of them the seconds up to the final one
/// count: what a racer sends behind that (the highest one, where several were said to be final) is of the history only.
enum class Score : std::uint8_t {
    Output,  ///< the output at the racer's latest second; as a race's result, that at its last
    Best,    ///< the highest output so far
    Mean,    ///< the mean of the outputs of all seconds ridden
    Total,   ///< their sum
};

/// Which rank follows where several share one.
enum class Ties : std::uint8_t {
    Competition,  ///< 1, 2, 2, 4
    Dense,        ///< 1, 2, 2, 3
};

/// "output" …, as the configuration says it.
[[nodiscard]] std::string_view name(Score score);

}  // namespace alleycat::ranking
