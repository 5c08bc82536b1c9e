#include "race.hpp"

#include <alleycat/ranking/races.hpp>

#include <algorithm>

namespace alleycat::ranking {

Races::Races(Options options) : options_(std::move(options)) {}
Races::~Races() = default;

void Races::apply(const UpdateBatch& batch)
{
    for (const auto& update : batch.updates) {
        if (update.second < 1 || update.second > options_.seconds) {
            continue;
        }
        if (auto* race = race_of(update)) {
            race->apply(update, batch.name(update));
        }
    }
}

Race* Races::race_of(const Update& update)
{
    const Key key{update.class_id, update.race_id};
    if (latest_ != nullptr && latest_key_ == key) {
        return latest_;
    }
    auto at = races_.find(key);
    if (at == races_.end()) {
        if (!configured(update.class_id)) {
            return nullptr;
        }
        make_room(update.class_id, options_.open_races - 1);
        at =
            races_.emplace(key, std::make_unique<Race>(options_, update.class_id, update.race_id, update.arrival_order))
                .first;
    }
    latest_ = at->second.get();
    latest_key_ = key;
    return latest_;
}

void Races::add_class(ClassId id)
{
    if (!configured(id)) {
        options_.classes.push_back(id);
    }
}

bool Races::configured(ClassId class_id) const
{
    return std::find(options_.classes.begin(), options_.classes.end(), class_id) != options_.classes.end();
}

void Races::make_room(ClassId class_id, std::size_t most)
{
    for (;;) {
        const auto first = races_.lower_bound({class_id, RaceId{std::numeric_limits<std::int64_t>::min()}});
        const auto last =
            std::find_if(first, races_.end(), [class_id](const auto& race) { return race.first.first != class_id; });
        if (static_cast<std::size_t>(std::distance(first, last)) <= most) {
            return;
        }
        const auto silent = std::min_element(
            first, last, [](const auto& a, const auto& b) { return a.second->last_order() < b.second->last_order(); });
        if (silent->second->changed()) {
            evicted_[silent->first] = silent->second->take_snapshot();
        }
        latest_ = nullptr;
        races_.erase(silent);
    }
}

std::vector<std::shared_ptr<const RaceSnapshot>> Races::take_changed()
{
    std::vector<std::shared_ptr<const RaceSnapshot>> changed;
    for (auto& [key, snapshot] : evicted_) {
        changed.push_back(std::move(snapshot));
    }
    evicted_.clear();
    for (const auto& [key, race] : races_) {
        if (race->changed()) {
            changed.push_back(race->take_snapshot());
        }
    }
    return changed;
}

void Races::tell_names() const
{
    std::vector<const Race*> by_age;
    for (const auto& [key, race] : races_) {
        by_age.push_back(race.get());
    }
    std::sort(by_age.begin(), by_age.end(),
              [](const auto* a, const auto* b) { return a->last_order() < b->last_order(); });
    for (const auto* race : by_age) {
        race->tell_names();
    }
}

void Races::clear()
{
    races_.clear();
    evicted_.clear();
    latest_ = nullptr;
}

}  // namespace alleycat::ranking
