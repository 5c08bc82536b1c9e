#include <alleycat/core/json_text.hpp>
#include <alleycat/history/history_text.hpp>

#include <cmath>

namespace alleycat::history {

void append_second(std::string& out, std::uint32_t second, const RacerIndex& racers, const Column& outputs)
{
    out.append(1, '"');
    append_number(out, std::uint64_t{second});
    out.append("\":{");
    bool first = true;
    for (const auto& [racer, slot] : racers.ascending) {
        if (slot >= outputs.size() || std::isnan(outputs[slot])) {
            continue;
        }
        out.append(first ? "\"" : ",\"");
        append_number(out, raw(racer));
        out.append("\":");
        append_number(out, outputs[slot]);
        first = false;
    }
    out.append(1, '}');
}

std::string history_text(const ClassBests& bests)
{
    std::string text = "{";
    const auto last = bests.last_second();
    for (std::uint32_t second = 1; second <= last; ++second) {
        if (const auto* outputs = bests.at(second); outputs != nullptr) {
            text.append(text.size() > 1 ? "," : "");
            append_second(text, second, bests.racers(), *outputs);
        }
    }
    return text.append(1, '}');
}

}  // namespace alleycat::history
