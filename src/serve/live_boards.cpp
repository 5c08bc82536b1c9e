#include "live_boards.hpp"

#include <algorithm>

namespace alleycat::serve {

namespace {

constexpr std::size_t kMaxSeconds = 16;  // ranked seconds kept a class: racers of one race are near each other

}  // namespace

void LiveBoards::update(std::shared_ptr<const ranking::RaceSnapshot> race)
{
    auto& races = classes_[race->class_id].races;
    races[race->race_id] = {race, {}};
    if (races.size() > options_.races) {
        races.erase(std::min_element(races.begin(), races.end(), [](const auto& a, const auto& b) {
            return a.second.snapshot->opened_order < b.second.snapshot->opened_order;
        }));
    }
}

LiveBoards::Race* LiveBoards::race_of(const LiveQuery& query)
{
    auto& races = classes_[query.class_id].races;
    const auto found = query.race_id ? races.find(*query.race_id)
                                     : std::max_element(races.begin(), races.end(), [](const auto& a, const auto& b) {
                                           return a.second.snapshot->opened_order < b.second.snapshot->opened_order;
                                       });
    return found == races.end() ? nullptr : &found->second;
}

const ranking::Entry* LiveBoards::rider(const LiveQuery& query)
{
    auto* race = query.racer_id ? race_of(query) : nullptr;
    if (race == nullptr) {
        return nullptr;
    }
    const auto& entries = race->snapshot->entries;
    if (race->positions.empty()) {
        for (std::uint32_t at = 0; at < entries.size(); ++at) {
            race->positions.emplace(entries[at].racer_id, at);
        }
    }
    const auto found = race->positions.find(*query.racer_id);
    return found == race->positions.end() ? nullptr : &entries[found->second];
}

/// Looks at the viewer's second where the viewer rides, else at the race's, else at a race's last.
ranking::AlltimeBoard LiveBoards::alltime(const LiveQuery& query)
{
    auto& known = classes_[query.class_id];
    if (auto bests = options_.bests(query.class_id); bests != known.bests || known.seconds.size() > kMaxSeconds) {
        known.bests = std::move(bests);
        known.seconds.clear();
    }
    const auto* riding = rider(query);
    const auto* race = race_of(query);
    const auto second = riding != nullptr ? riding->second
                        : race != nullptr ? race->snapshot->leading_second
                                          : options_.last_second;
    auto& ranked = known.seconds[second];
    if (!ranked) {
        ranked = ranking::rank_second(*known.bests, second);
    }
    return {ranked, riding, riding != nullptr ? known.bests->best(riding->racer_id, second) : std::nullopt};
}

LiveBoards::Sources LiveBoards::sources(const LiveQuery& query)
{
    const auto* race = race_of(query);
    return {race != nullptr ? race->snapshot : nullptr,
            query.board == Board::Alltime ? options_.bests(query.class_id) : nullptr};
}

LiveChannel::View LiveBoards::view(const LiveQuery& query)
{
    LiveChannel::View view;
    const auto* race = race_of(query);
    view.race_id = race != nullptr ? std::optional(race->snapshot->race_id) : query.race_id;
    if (query.board == Board::Alltime) {
        const auto board = alltime(query);
        view.total = board.size();
        view.entries = board.top(query.top);
        for (auto& entry : view.entries) {
            entry.name = options_.name_of(entry.racer_id);
        }
    } else if (race != nullptr) {
        const auto& entries = race->snapshot->entries;
        view.total = entries.size();
        view.entries.assign(entries.begin(),
                            entries.begin() + static_cast<std::ptrdiff_t>(std::min(query.top, entries.size())));
    }
    return view;
}

std::optional<ranking::Entry> LiveBoards::own_row(const LiveQuery& query)
{
    const auto* riding = rider(query);
    if (query.board == Board::Now) {
        return riding != nullptr ? std::optional(*riding) : std::nullopt;
    }
    const auto board = alltime(query);
    const auto best = board.best_of(*query.racer_id);
    if (!best) {
        return std::nullopt;
    }
    auto entry = board.entry(*query.racer_id, *best);
    entry.name = options_.name_of(*query.racer_id);
    return entry;
}

}  // namespace alleycat::serve
