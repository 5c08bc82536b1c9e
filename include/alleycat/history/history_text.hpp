#pragma once

#include <alleycat/history/best_table.hpp>

#include <string>

namespace alleycat::history {

// The JSON text of a history: `{"1":{"7":115.2,"12":98.55},"2":{…}}`. Seconds and racer ids ascend as numbers, a second
// without any racer is left out, nothing is spaced: one table has exactly one text.

/// Appends `"1":{"7":115.2,"12":98.55}`, without a comma before or after.
void append_second(std::string& out, std::uint32_t second, const RacerIndex& racers, const Column& outputs);

/// The whole text; `{}` where there is nothing.
[[nodiscard]] std::string history_text(const ClassBests& bests);

}  // namespace alleycat::history
