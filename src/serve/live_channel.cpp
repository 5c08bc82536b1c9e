#include "live_channel.hpp"

#include <alleycat/core/json_text.hpp>

#include <algorithm>

namespace alleycat::serve {

void append_entry(std::string& out, const ranking::Entry& entry)
{
    append_number(out.append(R"({"rank":)"), std::uint64_t{entry.rank});
    append_number(out.append(R"(,"racerId":)"), raw(entry.racer_id));
    append_string(out.append(R"(,"name":)"), entry.name);
    append_number(out.append(R"(,"second":)"), std::uint64_t{entry.second});
    append_number(out.append(R"(,"output":)"), entry.output);
    out.append(entry.record ? R"(,"record":true)" : R"(,"record":false)");
    out.append(entry.unverified ? R"(,"unverified":true})" : "}");
}

namespace {

/// Whether two rows show the same; what counts behind the score is not shown.
bool shows_same(const ranking::Entry& a, const ranking::Entry& b)
{
    return a.rank == b.rank && a.racer_id == b.racer_id && a.name == b.name && a.second == b.second &&
           a.output == b.output && a.record == b.record && a.unverified == b.unverified;
}

}  // namespace

std::string LiveChannel::Message::numbered(std::uint64_t sequence) const
{
    std::string text;
    text.reserve(64 + rest.size());
    text.append(snapshot ? R"({"type":"snapshot","seq":)" : R"({"type":"delta","seq":)");
    append_number(text, sequence);
    return text.append(rest);
}

std::optional<LiveChannel::Message> LiveChannel::show(View view)
{
    const auto before = std::exchange(view_, std::move(view));
    if (!std::exchange(shown_, true) || before.race_id != view_.race_id) {
        return snapshot();
    }
    if (before.total == view_.total && std::equal(before.entries.begin(), before.entries.end(), view_.entries.begin(),
                                                  view_.entries.end(), shows_same)) {
        return std::nullopt;
    }
    return delta(before);
}

LiveChannel::Message LiveChannel::unchanged() const
{
    return {false, head().append(R"(,"entries":[],"removed":[])")};
}

LiveChannel::Message LiveChannel::snapshot() const
{
    auto text = head();
    text.reserve(128 + 100 * view_.entries.size());
    text.append(R"(,"entries":[)");
    for (const auto& entry : view_.entries) {
        append_entry(text, entry);
        text.push_back(',');
    }
    if (!view_.entries.empty()) {
        text.pop_back();
    }
    return {true, text.append("]")};
}

std::string LiveChannel::head() const
{
    std::string out;
    append_number(out.append(R"(,"classId":)"), std::uint64_t{raw(class_id_)});
    out.append(R"(,"raceId":)");
    if (view_.race_id) {
        append_number(out, raw(*view_.race_id));
    } else {
        out.append("null");  // nobody has ridden yet
    }
    out.append(board_ == Board::Now ? R"(,"board":"now","total":)" : R"(,"board":"alltime","total":)");
    append_number(out, std::uint64_t{view_.total});
    return out;
}

// A viewer drops the rows that a delta names or removes, puts the named ones behind those that are left, and sorts by
// rank, leaving rows of one rank as they stand. So within a rank, a row is also named where one before it was, or where
// it has changed places with one that was not.
LiveChannel::Message LiveChannel::delta(const View& before) const
{
    std::unordered_map<RacerId, std::size_t> shown;  // positions in `before`
    shown.reserve(before.entries.size());
    for (std::size_t at = 0; at < before.entries.size(); ++at) {
        shown.emplace(before.entries[at].racer_id, at);
    }
    auto text = head();
    text.append(R"(,"entries":[)");
    std::string_view comma;
    std::uint32_t rank = 0;
    bool named_in_rank = false;
    std::size_t left_until = 0;  // the rank's rows that are not named stood before this position
    for (const auto& entry : view_.entries) {
        if (entry.rank != rank) {
            rank = entry.rank;
            named_in_rank = false;
            left_until = 0;
        }
        const auto known = shown.find(entry.racer_id);
        const auto position = known == shown.end() ? 0 : known->second;
        const bool same = known != shown.end() && shows_same(before.entries[position], entry);
        if (known != shown.end()) {
            shown.erase(known);
        }
        if (same && !named_in_rank && position >= left_until) {
            left_until = position + 1;
            continue;
        }
        named_in_rank = true;
        append_entry(text.append(comma), entry);
        comma = ",";
    }
    text.append(R"(],"removed":[)");
    comma = "";
    for (const auto& entry : before.entries) {
        if (shown.contains(entry.racer_id)) {  // what is left of them is on the board no more
            append_number(text.append(comma), raw(entry.racer_id));
            comma = ",";
        }
    }
    return {false, text.append("]")};
}

}  // namespace alleycat::serve
