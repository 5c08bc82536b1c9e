#include "race_state.hpp"

#include "race.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace alleycat::ranking {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr auto kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::string Races::save() const
{
    StateWriter state;
    state.number(kVersion);
    state.number(static_cast<std::uint8_t>(options_.score));
    state.number(options_.seconds);
    state.number(static_cast<std::uint32_t>(races_.size()));
    for (const auto& [key, race] : races_) {
        StateWriter rest;
        race->save(rest);
        state.number(raw(key.first));
        state.number(raw(key.second));
        state.number(std::uint64_t{rest.bytes().size()});
        state.text(rest.bytes());
    }
    return state.take();
}

Result<void> Races::load(std::string_view bytes)
{
    clear();
    StateReader state(bytes);
    const auto version = state.number<std::uint8_t>();
    const auto score = state.number<std::uint8_t>();
    const auto seconds = state.number<std::uint32_t>();
    if (!state.good() || version != kVersion || score > static_cast<std::uint8_t>(Score::Total)) {
        return Errc::CorruptFile;
    }
    if (score != static_cast<std::uint8_t>(options_.score) || seconds > options_.seconds) {
        return Errc::OutOfRange;
    }
    if (!load_races(state)) {
        clear();
        return Errc::CorruptFile;
    }
    tell_names();
    for (const auto class_id : options_.classes) {
        make_room(class_id, options_.open_races);  // there may have been more of it
    }
    return {};
}

bool Races::load_races(StateReader& state)
{
    Key last{};
    const auto count = state.number<std::uint32_t>();
    for (std::uint32_t at = 0; at < count && state.good(); ++at) {
        const ClassId class_id{state.number<std::uint32_t>()};
        const RaceId race_id{state.number<std::int64_t>()};
        const Key key{class_id, race_id};
        StateReader rest(state.text(state.number<std::uint64_t>()));
        if (at != 0 && key <= last) {
            return false;
        }
        last = key;
        if (!configured(class_id)) {
            continue;
        }
        auto race = Race::load(options_, class_id, race_id, rest);
        if (race == nullptr) {
            return false;
        }
        races_.emplace_hint(races_.end(), key, std::move(race));
    }
    return state.ended_well();
}

void Race::save(StateWriter& state) const
{
    state.number(opened_order_);
    state.number(last_order_);
    state.number(static_cast<std::uint32_t>(racers_.size()));
    for (const auto& racer : racers_) {
        const auto& entry = racer.entry;
        state.number(raw(entry.racer_id));
        state.number(entry.second);
        state.number(entry.output);
        state.number(entry.current_output);
        state.number(racer.score_order);
        state.number(best_before(racer).value_or(kNone));
        state.number(static_cast<std::uint16_t>(entry.name.size()));
        state.text(entry.name);
        if (sums()) {
            for (std::uint32_t second = 1; second <= entry.second; ++second) {
                state.number(second <= racer.outputs.size() ? racer.outputs[second - 1] : kNone);
            }
        }
    }
}

std::unique_ptr<Race> Race::load(const Races::Options& options, ClassId class_id, RaceId race_id, StateReader& state)
{
    auto race = std::make_unique<Race>(options, class_id, race_id, state.number<std::uint64_t>());
    race->last_order_ = state.number<std::uint64_t>();
    race->changed_ = true;
    const auto racers = state.number<std::uint32_t>();
    if (racers > Races::kMaxRacers) {
        return nullptr;
    }
    for (std::uint32_t slot = 0; slot < racers; ++slot) {
        Racer racer;
        if (!race->load_racer(racer, state) || race->slots_.contains(racer.entry.racer_id)) {
            return nullptr;
        }
        race->leading_second_ = std::max(race->leading_second_, racer.entry.second);
        race->slots_.insert(racer.entry.racer_id, slot);
        race->racers_.push_back(std::move(racer));
    }
    return state.ended_well() ? std::move(race) : nullptr;
}

bool Race::load_racer(Racer& racer, StateReader& state) const
{
    auto& entry = racer.entry;
    entry.racer_id = RacerId{state.number<std::uint64_t>()};
    entry.second = state.number<std::uint32_t>();
    entry.output = state.number<double>();
    entry.current_output = state.number<double>();
    racer.score_order = state.number<std::uint64_t>();
    racer.resumed_second = entry.second;
    const auto best = state.number<double>();
    racer.resumed_best = std::isnan(best) ? std::nullopt : std::optional(best);
    entry.name = state.text(state.number<std::uint16_t>());
    if (entry.second < 1 || entry.second > options_.seconds || !std::isfinite(entry.output) ||
        !std::isfinite(entry.current_output)) {
        return false;
    }
    for (std::uint32_t second = 1; sums() && second <= entry.second && state.good(); ++second) {
        racer.outputs.push_back(state.number<double>());
        if (std::isinf(racer.outputs.back())) {
            return false;
        }
    }
    return state.good();
}

}  // namespace alleycat::ranking
