#include "live_channel.hpp"

#include <alleycat/core/json_text.hpp>

namespace alleycat::serve {

void append_entry(std::string& out, const ranking::Entry& entry)
{
    append_number(out.append(R"({"rank":)"), std::uint64_t{entry.rank});
    append_number(out.append(R"(,"racerId":)"), raw(entry.racer_id));
    append_string(out.append(R"(,"name":)"), entry.name);
    append_number(out.append(R"(,"second":)"), std::uint64_t{entry.second});
    append_number(out.append(R"(,"output":)"), entry.output);
    out.append(entry.record ? R"(,"record":true})" : R"(,"record":false})");
}

std::optional<std::string> LiveChannel::show(View view, bool always)
{
    const auto before = std::exchange(view_, std::move(view));
    if (sequence_ == 0 || before.race_id != view_.race_id) {
        ++sequence_;
        return snapshot();
    }
    if (!always && before.total == view_.total && before.entries == view_.entries) {
        return std::nullopt;
    }
    ++sequence_;
    return delta(before);
}

std::string LiveChannel::snapshot() const
{
    std::string text;
    text.reserve(128 + 100 * view_.entries.size());
    append_head(text, "snapshot");
    text.append(R"(,"entries":[)");
    for (const auto& entry : view_.entries) {
        append_entry(text, entry);
        text.push_back(',');
    }
    if (!view_.entries.empty()) {
        text.pop_back();
    }
    return text.append("]");
}

void LiveChannel::append_head(std::string& out, std::string_view type) const
{
    out.append(R"({"type":")").append(type).append(R"(","seq":)");
    append_number(out, sequence_);
    append_number(out.append(R"(,"classId":)"), std::uint64_t{raw(class_id_)});
    out.append(R"(,"raceId":)");
    if (view_.race_id) {
        append_number(out, raw(*view_.race_id));
    } else {
        out.append("null");  // nobody has ridden yet
    }
    out.append(board_ == Board::Now ? R"(,"board":"now","total":)" : R"(,"board":"alltime","total":)");
    append_number(out, std::uint64_t{view_.total});
}

std::string LiveChannel::delta(const View& before) const
{
    std::unordered_map<RacerId, const ranking::Entry*> shown;
    shown.reserve(before.entries.size());
    for (const auto& entry : before.entries) {
        shown.emplace(entry.racer_id, &entry);
    }
    std::string text;
    append_head(text, "delta");
    text.append(R"(,"entries":[)");
    bool first = true;
    for (const auto& entry : view_.entries) {
        const auto known = shown.find(entry.racer_id);
        const bool same = known != shown.end() && *known->second == entry;
        if (known != shown.end()) {
            shown.erase(known);
        }
        if (!same) {
            text.append(first ? "" : ",");
            append_entry(text, entry);
            first = false;
        }
    }
    text.append(R"(],"removed":[)");
    first = true;
    for (const auto& entry : before.entries) {
        if (shown.contains(entry.racer_id)) {  // what is left of them is on the board no more
            text.append(first ? "" : ",");
            append_number(text, raw(entry.racer_id));
            first = false;
        }
    }
    return text.append("]");
}

}  // namespace alleycat::serve
