#pragma once

#include <cstdint>

namespace alleycat::app {

/// Lets the process have as many open files as it may: each connection is one, and what a process starts with is often
/// 1,024. Returns how many that are.
std::uint64_t raise_file_limit();

}  // namespace alleycat::app
