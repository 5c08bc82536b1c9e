#pragma once

#include <alleycat/history/best_table.hpp>
#include <alleycat/ranking/board.hpp>
#include <alleycat/ranking/update.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace alleycat::ranking {

using Bests = std::shared_ptr<const history::ClassBests>;

/// A race at one moment, all of it written out.
struct WrittenBoard {
    ClassId class_id{};
    RaceId race_id{};
    RaceState state{};
    std::int64_t start_ms{0};
    std::int64_t last_ms{0};
    std::uint64_t opened_order{0};
    std::uint32_t leading_second{0};
    std::vector<Entry> entries;

    bool operator==(const WrittenBoard&) const = default;
};

inline WrittenBoard written_out(const RaceSnapshot& race)
{
    return {race.class_id, race.race_id,      race.state,          race.start_ms,
            race.last_ms,  race.opened_order, race.leading_second, race.entries()};
}

inline Ties any_ties()
{
    return GENERATE(Ties::Competition, Ties::Dense);
}

/// Gives each of the entries, best first, its rank.
inline void rank_entries(std::vector<Entry>& entries, Ties ties)
{
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const auto* before = at == 0 ? nullptr : &entries[at - 1];
        if (before != nullptr && before->output == entries[at].output) {
            entries[at].rank = before->rank;
        } else if (before != nullptr && ties == Ties::Dense) {
            entries[at].rank = before->rank + 1;
        } else {
            entries[at].rank = static_cast<std::uint32_t>(at) + 1;
        }
    }
}

inline std::string text(const Entry& entry)
{
    std::ostringstream out;
    out.precision(17);
    out << entry.rank << ". " << raw(entry.racer_id) << " (" << entry.name << ") at " << entry.second << ": "
        << entry.output << ", now " << entry.current_output << (entry.record ? ", record" : "")
        << (entry.finished ? ", finished" : "");
    return out.str();
}

inline std::string text(const std::vector<Entry>& entries)
{
    std::string lines;
    for (const auto& entry : entries) {
        lines += "\n" + text(entry);
    }
    return lines;
}

/// What is wrong with the snapshot: with any question it answers, about anyone in it. Empty: nothing.
inline std::string difference(const RaceSnapshot& got, const WrittenBoard& wanted)
{
    const auto& all = wanted.entries;
    if (got.class_id != wanted.class_id || got.race_id != wanted.race_id) {
        return "another race";
    }
    if (got.state != wanted.state) {
        return "the state is " + std::to_string(static_cast<int>(got.state));
    }
    if (got.start_ms != wanted.start_ms || got.last_ms != wanted.last_ms) {
        return "from " + std::to_string(got.start_ms) + " to " + std::to_string(got.last_ms) + ", not from " +
               std::to_string(wanted.start_ms) + " to " + std::to_string(wanted.last_ms);
    }
    if (got.opened_order != wanted.opened_order || got.leading_second != wanted.leading_second) {
        return "opened by " + std::to_string(got.opened_order) + ", at second " + std::to_string(got.leading_second);
    }
    if (got.size() != all.size() || got.entries() != all) {
        return "entries:" + text(got.entries()) + "\nnot:" + text(all);
    }
    const auto part = [&all](std::size_t first, std::size_t count) {
        std::vector<Entry> entries;
        for (auto at = first; at < all.size() && at < first + count; ++at) {
            entries.push_back(all[at]);
        }
        return entries;
    };
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{10}, all.size() + 1}) {
        if (got.entries(0, count) != part(0, count)) {
            return "the best " + std::to_string(count) + ":" + text(got.entries(0, count));
        }
    }
    if (!got.entries(all.size(), 5).empty() || !got.entries(SIZE_MAX - 1, 5).empty()) {
        return "entries behind the last";
    }
    for (std::size_t at = 0; at < all.size(); ++at) {
        const auto racer = all[at].racer_id;
        if (got.find(racer) != all[at] || got.position(racer) != at) {
            return "found:\n" + text(got.find(racer).value_or(Entry())) + "\nnot:\n" + text(all[at]);
        }
        const auto first = at < 2 ? 0 : at - 2;
        if (got.entries(first, 5) != part(first, 5)) {
            return "neighbours from " + std::to_string(first) + " on:" + text(got.entries(first, 5));
        }
    }
    const RacerId nobody{999'999'999};
    return got.find(nobody) || got.position(nobody) ? "nobody was found" : "";
}

inline Update update(std::uint64_t order, std::uint64_t racer, std::uint32_t second, double output,
                     std::int64_t race = 5400802, std::uint32_t class_id = 1)
{
    Update made;
    made.arrival_order = order;
    made.race_id = RaceId{race};
    made.racer_id = RacerId{racer};
    made.output = output;
    made.class_id = ClassId{class_id};
    made.second = second;
    return made;
}

}  // namespace alleycat::ranking
