#include "live_boards.hpp"

#include <algorithm>

namespace alleycat::serve {

namespace {

constexpr std::size_t kMaxSeconds = 16;  // ranked seconds kept a class: racers of one race are near each other

bool is_open(const ranking::RaceSnapshot& race)
{
    return race.state != ranking::RaceState::Closed;
}

}  // namespace

void LiveBoards::update(Snapshot race)
{
    auto& races = classes_[race->class_id].races;
    const auto id = race->race_id;
    races[id] = std::move(race);
    if (races.size() > options_.races) {
        races.erase(std::min_element(races.begin(), races.end(), [](const auto& a, const auto& b) {
            return std::pair(is_open(*a.second), a.second->opened_order) <
                   std::pair(is_open(*b.second), b.second->opened_order);
        }));
    }
}

void LiveBoards::update_stored(Snapshot race)
{
    const auto class_id = race->class_id;
    classes_[class_id].stored = std::move(race);
}

void LiveBoards::erase(RacerId racer)
{
    for (auto& [id, known] : classes_) {
        if (known.stored != nullptr && known.stored->position(racer)) {
            known.stored.reset();
        }
        std::erase_if(known.races,
                      [&](const auto& race) { return !is_open(*race.second) && race.second->position(racer); });
    }
}

void LiveBoards::forget(ClassId class_id, RaceId race_id)
{
    if (const auto found = classes_.find(class_id);
        found != classes_.end() && found->second.stored != nullptr && found->second.stored->race_id == race_id) {
        found->second.stored.reset();
    }
    if (const auto known = race(class_id, race_id); known != nullptr && !is_open(*known)) {
        classes_[class_id].races.erase(race_id);
    }
}

LiveBoards::Snapshot LiveBoards::race(ClassId class_id, RaceId race_id) const
{
    const auto known = classes_.find(class_id);
    if (known == classes_.end()) {
        return nullptr;
    }
    const auto found = known->second.races.find(race_id);
    return found == known->second.races.end() ? nullptr : found->second;
}

std::vector<LiveBoards::Snapshot> LiveBoards::races(ClassId class_id) const
{
    std::vector<Snapshot> found;
    if (const auto known = classes_.find(class_id); known != classes_.end()) {
        for (const auto& [id, race] : known->second.races) {
            found.push_back(race);
        }
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a->opened_order > b->opened_order; });
    return found;
}

LiveBoards::Snapshot LiveBoards::race_of(const LiveQuery& query) const
{
    const auto known = classes_.find(query.class_id);
    if (known == classes_.end()) {
        return nullptr;
    }
    const auto& races = known->second.races;
    const auto& stored = known->second.stored;
    if (query.race_id) {
        const auto found = races.find(*query.race_id);
        const bool is_stored = stored != nullptr && stored->race_id == *query.race_id;
        return found != races.end() ? found->second : is_stored ? stored : nullptr;
    }
    if (races.empty()) {
        return stored;
    }
    return std::max_element(
               races.begin(), races.end(),
               [](const auto& a, const auto& b) { return a.second->opened_order < b.second->opened_order; })
        ->second;
}

std::optional<ranking::Entry> LiveBoards::rider(const LiveQuery& query) const
{
    const auto race = query.racer_id ? race_of(query) : nullptr;
    return race != nullptr ? race->find(*query.racer_id) : std::nullopt;
}

/// Looks at the viewer's second where the viewer rides, else at the race's, else at a race's last.
std::pair<ranking::AlltimeBoard, std::uint32_t> LiveBoards::alltime(const LiveQuery& query)
{
    auto& known = classes_[query.class_id];
    if (auto bests = options_.bests(query.class_id); bests != known.bests || known.seconds.size() > kMaxSeconds) {
        known.bests = std::move(bests);
        known.seconds.clear();
    }
    const auto riding = rider(query);
    const auto race = race_of(query);
    const auto second = riding ? riding->second : race != nullptr ? race->leading_second : options_.last_second;
    auto& ranked = known.seconds[second];
    if (!ranked) {
        ranked = ranking::rank_second(*known.bests, second);
    }
    const auto best = riding ? known.bests->best(riding->racer_id, second) : std::nullopt;
    return {ranking::AlltimeBoard(ranked, options_.ties, riding, best), second};
}

LiveBoards::Sources LiveBoards::sources(const LiveQuery& query) const
{
    return {race_of(query), query.board == Board::Alltime ? options_.bests(query.class_id) : nullptr};
}

LiveChannel::View LiveBoards::view(const LiveQuery& query)
{
    LiveChannel::View view;
    const auto race = race_of(query);
    view.race_id = race != nullptr ? std::optional(race->race_id) : query.race_id;
    if (query.board == Board::Alltime) {
        const auto board = alltime(query).first;
        view.total = board.size();
        view.entries = board.top(query.top);
        for (auto& entry : view.entries) {
            entry.name = options_.name_of(entry.racer_id);
        }
    } else if (race != nullptr) {
        view.total = race->size();
        view.entries = race->entries(0, query.top);
    }
    return view;
}

std::optional<ranking::Entry> LiveBoards::own_row(const LiveQuery& query)
{
    if (query.board == Board::Now) {
        return rider(query);
    }
    const auto [board, second] = alltime(query);
    auto entry = board.find(*query.racer_id, classes_[query.class_id].bests->best(*query.racer_id, second));
    if (entry) {
        entry->name = options_.name_of(*query.racer_id);
    }
    return entry;
}

}  // namespace alleycat::serve
