#include <alleycat/core/json_text.hpp>
#include <alleycat/history/history_text.hpp>

#include <algorithm>
#include <cmath>

namespace alleycat::history {

namespace {

/// One second on its way into the text.
class SecondText {
public:
    SecondText(std::string& out, std::uint32_t second) : out_(out)
    {
        append_number(out_.append(1, '"'), std::uint64_t{second});
        out_.append("\":{");
    }

    void add(RacerId racer, double output)
    {
        append_number(out_.append(first_ ? "\"" : ",\""), raw(racer));
        append_number(out_.append("\":"), output);
        first_ = false;
    }

    void end() { out_.append(1, '}'); }

private:
    std::string& out_;
    bool first_{true};
};

/// The slots of those racers that are known, by ascending racer.
std::vector<std::pair<RacerId, std::uint32_t>> slots_of(std::span<const RacerId> racers, const RacerIndex& index)
{
    std::vector<std::pair<RacerId, std::uint32_t>> slots;
    for (const auto racer : racers) {
        if (const auto* found = index.slots.find(racer); found != index.slots.end()) {
            slots.push_back(*found);
        }
    }
    std::ranges::sort(slots);
    const auto repeated = std::ranges::unique(slots);
    slots.erase(repeated.begin(), repeated.end());
    return slots;
}

}  // namespace

void append_second(std::string& out, std::uint32_t second, const RacerIndex& racers, const Column& outputs)
{
    SecondText text(out, second);
    for (const auto& [racer, slot] : racers.ascending) {
        if (slot < outputs.size() && !std::isnan(outputs[slot])) {
            text.add(racer, outputs[slot]);
        }
    }
    text.end();
}

void append_second(std::string& out, std::uint32_t second, std::span<const RacerOutput> rows)
{
    SecondText text(out, second);
    for (const auto& row : rows) {
        text.add(row.racer, row.output);
    }
    text.end();
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

std::string history_text(const ClassBests& bests, std::span<const RacerId> racers)
{
    const auto slots = slots_of(racers, bests.racers());
    std::string text = "{";
    std::vector<RacerOutput> rows;
    const auto last = bests.last_second();
    for (std::uint32_t second = 1; second <= last; ++second) {
        const auto* outputs = bests.at(second);
        rows.clear();
        for (const auto& [racer, slot] : slots) {
            if (outputs != nullptr && slot < outputs->size() && !std::isnan((*outputs)[slot])) {
                rows.push_back({racer, (*outputs)[slot]});
            }
        }
        if (!rows.empty()) {
            append_second(text.append(text.size() > 1 ? "," : ""), second, rows);
        }
    }
    return text.append(1, '}');
}

}  // namespace alleycat::history
