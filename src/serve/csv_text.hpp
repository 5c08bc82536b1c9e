#pragma once

#include <string>
#include <string_view>

namespace alleycat::serve {

/// Appends `text`, somebody's own words, as a field of a CSV file (RFC 4180). What a spreadsheet would take for a
/// formula is led by an apostrophe.
void append_csv_text(std::string& out, std::string_view text);

}  // namespace alleycat::serve
