#pragma once

#include <alleycat/ranking/board.hpp>

#include <span>
#include <string>

namespace alleycat::serve {

/// Appends `"{\"7\":115.2,\"12\":98.55}"`: a string that holds JSON, racer → score, in the order given.
void append_results(std::string& out, std::span<const ranking::Entry> entries);

}  // namespace alleycat::serve
