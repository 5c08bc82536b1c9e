#pragma once

#include <alleycat/history/best_table.hpp>

#include <span>
#include <string>

namespace alleycat::history {

// The JSON text of a history: `{"1":{"7":115.2,"12":98.55},"2":{…}}`. Seconds and racer ids ascend as numbers, a second
// without any racer is left out, nothing is spaced: one table has exactly one text. A part of a history has the same
// shape.

/// What a racer has at some second.
struct RacerOutput {
    RacerId racer{};
    double output{0};
};

/// Appends `"1":{"7":115.2,"12":98.55}`, without a comma before or after.
void append_second(std::string& out, std::uint32_t second, const RacerIndex& racers, const Column& outputs);
/// The same of these rows, which ascend by racer.
void append_second(std::string& out, std::uint32_t second, std::span<const RacerOutput> rows);

/// The whole text; `{}` where there is nothing.
[[nodiscard]] std::string history_text(const ClassBests& bests);

/// What these racers have, given in any order; those that are not known have nothing.
[[nodiscard]] std::string history_text(const ClassBests& bests, std::span<const RacerId> racers);

}  // namespace alleycat::history
