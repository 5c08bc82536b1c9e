#pragma once

#include <alleycat/core/erased_racers.hpp>
#include <alleycat/delivery/window.hpp>
#include <alleycat/quarantine/quarantine.hpp>

namespace alleycat::app {

/// Brings a window's held records into the quarantine, but those of erased racers. Any thread, for as long as the disk
/// takes; what came before changes nothing. Errors: as Quarantine::keep().
[[nodiscard]] Result<void> keep_held(const delivery::Window& window, const ErasedRacers& erased,
                                     quarantine::Quarantine& quarantine);

}  // namespace alleycat::app
