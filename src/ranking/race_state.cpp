#include "race_state.hpp"

#include "race.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace alleycat::ranking {

namespace {

constexpr std::uint8_t kVersion = 4;
constexpr std::uint8_t kOldest = 2;    // that can be read
constexpr std::uint8_t kSuspects = 3;  // the first that knows who is unverified, and what was released
constexpr std::uint8_t kFinals = 4;    // the first that knows which second was final
constexpr std::int64_t kLatestMs = 1'000'000'000'000'000;  // so that no sum with a time leaves its type

}  // namespace

std::string Races::save() const
{
    StateWriter state;
    state.number(kVersion);
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
    const auto seconds = state.number<std::uint32_t>();
    if (!state.good() || version < kOldest || version > kVersion) {
        return Errc::CorruptFile;
    }
    if (seconds > options_.seconds) {
        return Errc::OutOfRange;
    }
    if (!load_races(state, version)) {
        clear();
        return Errc::CorruptFile;
    }
    tell_names();
    for (const auto class_id : options_.classes) {
        make_room(class_id, options_.open_races);  // there may have been more of it
    }
    return {};
}

bool Races::load_races(StateReader& state, std::uint8_t version)
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
        if (!configured(class_id) || is_closed(key)) {
            continue;
        }
        auto race = Race::load(options_, class_id, race_id, rest, version);
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
    state.number(start_ms_);
    state.number(last_ms_);
    state.number(static_cast<std::uint32_t>(rows_.size()));
    for (std::uint32_t slot = 0; slot < rows_.size(); ++slot) {
        save_racer(state, slot);
    }
    save_released(state);
}

void Race::save_released(StateWriter& state) const
{
    state.number(static_cast<std::uint32_t>(released_.size()));
    for (const auto& [ridden, output] : released_) {
        state.number(raw(ridden.first));
        state.number(ridden.second);
        state.number(output);
    }
}

void Race::save_racer(StateWriter& state, std::uint32_t slot) const
{
    const auto& row = rows_[slot];
    const auto& ride = rides_[slot];
    state.number(raw(row.key.racer_id));
    state.number(row.second);
    state.number(static_cast<std::uint8_t>(row.finished));
    state.number(ride.final);
    state.number(static_cast<std::uint8_t>(row.unverified));
    state.number(row.key.order);
    state.number(row.first_ms);
    state.number(row.last_ms);
    state.number(row.best_before);
    state.number(ride.told_record);
    state.number(static_cast<std::uint16_t>(row.name->size()));
    state.text(*row.name);
    state.number(static_cast<std::uint32_t>(ride.outputs.size()));
    state.numbers<double>(ride.outputs);
}

std::unique_ptr<Race> Race::load(const Races::Options& options, ClassId class_id, RaceId race_id, StateReader& state,
                                 std::uint8_t version)
{
    auto race = std::make_unique<Race>(options, class_id, race_id);
    race->opened_order_ = state.number<std::uint64_t>();
    race->last_order_ = state.number<std::uint64_t>();
    race->start_ms_ = state.number<std::int64_t>();
    race->last_ms_ = state.number<std::int64_t>();
    race->changed_ = true;
    race->result_changed_ = true;
    if (race->start_ms_ < 0 || race->last_ms_ < race->start_ms_ || race->last_ms_ > kLatestMs) {
        return nullptr;
    }
    const auto racers = state.number<std::uint32_t>();
    for (std::uint32_t slot = 0; slot < racers; ++slot) {
        if (slot == Races::kMaxRacers || !race->load_racer(state, version)) {
            return nullptr;
        }
    }
    if (version >= kSuspects && !race->load_released(state)) {
        return nullptr;
    }
    return state.ended_well() ? std::move(race) : nullptr;
}

bool Race::load_released(StateReader& state)
{
    const auto count = state.number<std::uint32_t>();
    for (std::uint32_t at = 0; at < count && state.good(); ++at) {
        const RacerId racer{state.number<std::uint64_t>()};
        const auto second = state.number<std::uint32_t>();
        const auto output = state.number<double>();
        if (!std::isfinite(output)) {
            return false;
        }
        if (rows_.find(racer)) {  // else it was erased
            released_[{racer, second}] = output;
        }
    }
    return state.good();
}

bool Race::load_outputs(StateReader& state, std::uint32_t seconds, Ride& ride) const
{
    if (seconds < 1 || seconds > options_.seconds || ride.final > seconds) {
        return false;
    }
    ride.outputs = state.numbers<double>(seconds);
    const auto infinite = [](double output) { return std::isinf(output); };
    return state.good() && !std::isnan(ride.outputs.back()) && !std::isnan(ride.outputs[ride.last() - 1]) &&
           std::ranges::none_of(ride.outputs, infinite);
}

bool Race::load_racer(StateReader& state, std::uint8_t version)
{
    RacerRow row;
    Ride ride;
    row.key.racer_id = RacerId{state.number<std::uint64_t>()};
    row.second = state.number<std::uint32_t>();
    row.finished = state.number<std::uint8_t>() != 0;
    if (version >= kFinals) {
        ride.final = state.number<std::uint32_t>();
    } else if (state.number<std::uint8_t>() != 0) {
        ride.final = row.second;
    }
    row.unverified = version >= kSuspects && state.number<std::uint8_t>() != 0;
    row.key.order = state.number<std::uint64_t>();
    row.first_ms = state.number<std::int64_t>();
    row.last_ms = state.number<std::int64_t>();
    row.best_before = state.number<double>();
    ride.told_record = state.number<std::uint32_t>();
    row.name = std::make_shared<const std::string>(state.text(state.number<std::uint16_t>()));
    if (row.second < 1 || row.second > options_.seconds || row.key.order == 0 || rows_.find(row.key.racer_id) ||
        row.first_ms < start_ms_ || row.last_ms < row.first_ms || row.last_ms > last_ms_) {
        return false;
    }
    if (!load_outputs(state, version >= kFinals ? state.number<std::uint32_t>() : row.second, ride) ||
        ride.last() != row.second) {
        return false;
    }
    row.current_output = ride.outputs[row.second - 1];
    row.key.score = scores(ride).score(options_.score);
    if (std::isinf(row.key.score)) {
        return false;
    }
    if (options_.erased == nullptr || !options_.erased->erased(row.key.racer_id, row.last_ms)) {
        add(std::move(row), std::move(ride));
    }
    return true;
}

}  // namespace alleycat::ranking
