#include "results_text.hpp"

#include <alleycat/core/json_text.hpp>

namespace alleycat::serve {

void append_results(std::string& out, std::span<const ranking::Entry> entries)
{
    out.append(R"("{)");
    for (const auto& entry : entries) {
        append_number(out.append(R"(\")"), raw(entry.racer_id));
        append_number(out.append(R"(\":)"), entry.output);
        out.push_back(',');
    }
    if (!entries.empty()) {
        out.pop_back();
    }
    out.append(R"(}")");
}

}  // namespace alleycat::serve
