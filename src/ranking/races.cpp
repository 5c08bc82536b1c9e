#include "race.hpp"

#include <alleycat/ranking/races.hpp>

#include <algorithm>

namespace alleycat::ranking {

Races::Races(Options options) : options_(std::move(options)) {}
Races::~Races() = default;

void Races::apply(const UpdateBatch& batch)
{
    for (const auto& update : batch.updates) {
        race_of(update).apply(update, batch.name(update));
    }
}

Race& Races::race_of(const Update& update)
{
    const Key key{update.class_id, update.race_id};
    if (latest_ != nullptr && latest_key_ == key) {
        return *latest_;
    }
    auto at = races_.find(key);
    if (at == races_.end()) {
        make_room(update.class_id);
        at =
            races_.emplace(key, std::make_unique<Race>(options_, update.class_id, update.race_id, update.arrival_order))
                .first;
    }
    latest_ = at->second.get();
    latest_key_ = key;
    return *latest_;
}

void Races::make_room(ClassId class_id)
{
    const auto first = races_.lower_bound({class_id, RaceId{std::numeric_limits<std::int64_t>::min()}});
    const auto last =
        std::find_if(first, races_.end(), [class_id](const auto& race) { return race.first.first != class_id; });
    if (static_cast<std::size_t>(std::distance(first, last)) < options_.open_races) {
        return;
    }
    const auto silent = std::min_element(
        first, last, [](const auto& a, const auto& b) { return a.second->last_order() < b.second->last_order(); });
    latest_ = nullptr;
    races_.erase(silent);
}

std::vector<std::shared_ptr<const RaceSnapshot>> Races::take_changed()
{
    std::vector<std::shared_ptr<const RaceSnapshot>> changed;
    for (const auto& [key, race] : races_) {
        if (race->changed()) {
            changed.push_back(race->take_snapshot());
        }
    }
    return changed;
}

}  // namespace alleycat::ranking
