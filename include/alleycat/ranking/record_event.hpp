#pragma once

#include <alleycat/core/ids.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace alleycat::ranking {

/// Something was ridden that beats what was there.
struct RecordEvent {
    enum class Kind : std::uint8_t {
        Second,    ///< a racer's output at a second beats their own history there
        Personal,  ///< a race's result is the racer's best in the class
        Class,     ///< … and anybody's
    };
    Kind kind{};
    ClassId class_id{};
    RaceId race_id{};
    RacerId racer_id{};
    std::string name;
    std::uint32_t second{0};         ///< at which it was ridden; of a result, the last
    double output{0};                ///< that at the second; of a result, the score
    std::optional<double> previous;  ///< what it beats; none: there was nothing, which is no record at a second

    bool operator==(const RecordEvent&) const = default;
};

}  // namespace alleycat::ranking
