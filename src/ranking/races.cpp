#include "race.hpp"

#include <alleycat/ranking/races.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace alleycat::ranking {

Races::Races(Options options) : options_(std::move(options)) {}
Races::~Races() = default;

void Races::apply(const UpdateBatch& batch)
{
    for (const auto& update : batch.updates) {
        if (update.second < 1 || update.second > options_.seconds ||
            (options_.erased != nullptr && options_.erased->erased(update.racer_id, update.arrival_ms))) {
            continue;
        }
        apply(update, batch.name(update));
    }
}

void Races::apply(const Update& update, std::string_view name)
{
    if (update.verdict.held()) {
        if (const auto race = races_.find({update.class_id, update.race_id}); race != races_.end()) {
            race->second->mark(update.racer_id);
        }
    } else if (auto* race = race_of(update)) {
        race->apply(update, name);
    } else if (update.verdict.released() && configured(update.class_id)) {
        amendments_.push_back({update.class_id, update.race_id, update.racer_id, std::string(name), update.second,
                               update.event == telemetry::Event::Final, update.output, update.arrival_order,
                               update.arrival_ms});
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
        if (!configured(update.class_id) || is_closed(key)) {
            return nullptr;
        }
        make_room(update.class_id, (replaying_ ? kReplayRoom : 1) * options_.open_races - 1);
        at = races_.emplace(key, std::make_unique<Race>(options_, update.class_id, update.race_id)).first;
    }
    latest_ = at->second.get();
    latest_key_ = key;
    return latest_;
}

bool Races::is_closed(const Key& key)
{
    if (remembered_.contains(key)) {
        return true;
    }
    const bool closed = options_.closed && options_.closed(key.first, key.second);
    if (closed) {
        remember_closed(key);
    }
    return closed;
}

void Races::remember_closed(const Key& key)
{
    if (remembered_.insert(key).second) {
        remembered_order_.push_back(key);
    }
    if (remembered_order_.size() > kRemembered) {
        remembered_.erase(remembered_order_.front());
        remembered_order_.pop_front();
    }
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
        close(silent);
    }
}

void Races::pass_time(std::int64_t now_ms)
{
    for (auto race = races_.begin(); race != races_.end();) {
        race->second->pass_time(now_ms);
        race = race->second->due_to_close(now_ms) ? close(race) : std::next(race);
    }
}

Races::OpenRaces::iterator Races::close(OpenRaces::iterator race)
{
    race->second->close();
    race->second->take_records(records_);
    closed_.push_back(race->second->take_snapshot());
    if (auto result = race->second->take_result()) {
        results_.push_back(std::move(result));
    }
    remember_closed(race->first);
    latest_ = nullptr;
    return races_.erase(race);
}

void Races::erase(RacerId racer)
{
    const auto is_theirs = [racer](const auto& each) { return each.racer_id == racer; };
    for (const auto& [key, race] : races_) {
        race->take_records(records_);  // those of the others are kept
        race->erase(racer);
    }
    std::erase_if(records_, is_theirs);
    std::erase_if(amendments_, is_theirs);
    for (auto& result : results_) {
        auto left = std::make_shared<RaceResult>(*result);
        std::erase_if(left->rows, is_theirs);
        std::erase_if(left->released, is_theirs);
        result = std::move(left);
    }
    std::erase_if(results_, [](const auto& result) { return result->rows.empty(); });
}

std::vector<std::shared_ptr<const RaceSnapshot>> Races::take_changed()
{
    auto changed = std::exchange(closed_, {});
    for (const auto& [key, race] : races_) {
        if (race->changed()) {
            changed.push_back(race->take_snapshot());
        }
    }
    return changed;
}

std::vector<RecordEvent> Races::take_records()
{
    auto records = std::exchange(records_, {});
    for (const auto& [key, race] : races_) {
        race->take_records(records);
    }
    return records;
}

std::vector<std::shared_ptr<const RaceResult>> Races::take_results()
{
    auto results = std::exchange(results_, {});
    for (const auto& [key, race] : races_) {
        if (auto result = race->take_result()) {
            results.push_back(std::move(result));
        }
    }
    return results;
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
    closed_.clear();
    results_.clear();
    records_.clear();
    amendments_.clear();
    latest_ = nullptr;
}

}  // namespace alleycat::ranking
