#include "csv_text.hpp"

namespace alleycat::serve {

void append_csv_text(std::string& out, std::string_view text)
{
    static constexpr std::string_view kFormula = "=+-@\t\r";
    const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
    out.append(quoted ? "\"" : "");
    if (!text.empty() && kFormula.find(text.front()) != std::string_view::npos) {
        out.push_back('\'');
    }
    for (const char byte : text) {
        out.append(byte == '"' ? 2 : 1, byte);
    }
    out.append(quoted ? "\"" : "");
}

}  // namespace alleycat::serve
