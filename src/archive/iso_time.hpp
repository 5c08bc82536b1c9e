#pragma once

#include <cstdint>
#include <string>

namespace alleycat::archive {

/// Appends `2021-05-05T18:51:12.076Z`. What a bike's clock says may be anything: the years are 0001 to 9999, as XML has
/// them, and what lies outside becomes their first or last moment.
void append_iso_time(std::string& out, std::int64_t since_epoch_ms);

}  // namespace alleycat::archive
