#include "race.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace alleycat::ranking {

Race::Race(const Races::Options& options, ClassId class_id, RaceId race_id, std::uint64_t arrival_order)
    : options_(options),
      class_id_(class_id),
      race_id_(race_id),
      before_(options.bests(class_id)),
      opened_order_(arrival_order),
      last_order_(arrival_order)
{
}

void Race::apply(const Update& update, std::string_view name)
{
    opened_order_ = std::min(opened_order_, update.arrival_order);  // shards are not read in order of arrival
    last_order_ = std::max(last_order_, update.arrival_order);
    auto* racer = racer_of(update);
    if (racer == nullptr) {
        return;
    }
    changed_ = true;
    if (update.second >= racer->entry.second) {
        set_name(*racer, name);
    }
    const auto before = racer->entry.output;
    const bool joined = racer->entry.second == 0;
    take_output(*racer, update);
    if (joined || racer->entry.output != before) {
        racer->score_order = update.arrival_order;
    }
    leading_second_ = std::max(leading_second_, racer->entry.second);
}

Race::Racer* Race::racer_of(const Update& update)
{
    if (const auto* found = slots_.find(update.racer_id); found != slots_.end()) {
        return &racers_[found->second];
    }
    if (racers_.size() >= Races::kMaxRacers) {
        return nullptr;
    }
    slots_.insert(update.racer_id, static_cast<std::uint32_t>(racers_.size()));
    auto& racer = racers_.emplace_back();
    racer.entry.racer_id = update.racer_id;
    return &racer;
}

void Race::set_name(Racer& racer, std::string_view name)
{
    if (racer.entry.name != name || racer.entry.second == 0) {
        racer.entry.name = name;
        options_.on_name(racer.entry.racer_id, name);
    }
}

void Race::tell_names() const
{
    for (const auto& racer : racers_) {
        options_.on_name(racer.entry.racer_id, racer.entry.name);
    }
}

void Race::take_output(Racer& racer, const Update& update) const
{
    if (sums()) {
        racer.outputs.resize(options_.seconds, std::numeric_limits<double>::quiet_NaN());
        auto& output = racer.outputs[update.second - 1];
        output = std::fmax(output, update.output);  // of a NaN and a number, the number
    }
    auto& entry = racer.entry;
    if (update.second > entry.second) {
        entry.second = update.second;
        entry.current_output = update.output;
    } else if (update.second == entry.second) {
        entry.current_output = std::max(entry.current_output, update.output);
    }
    entry.output = score(racer, update.output);
}

double Race::score(const Racer& racer, double output) const
{
    switch (options_.score) {
        case Score::Output:
            return racer.entry.current_output;
        case Score::Best:
            return std::max(racer.entry.output, output);
        case Score::Mean:
        case Score::Total:
            break;
    }
    // Summed anew from the first second on, so that the order of arrival leaves no trace in the last digits.
    double total = 0;
    std::size_t seconds = 0;
    for (const auto at : racer.outputs) {
        if (!std::isnan(at)) {
            total += at;
            ++seconds;
        }
    }
    return options_.score == Score::Total ? total : total / static_cast<double>(seconds);
}

std::optional<double> Race::best_before(const Racer& racer) const
{
    const auto& entry = racer.entry;
    return entry.second == racer.resumed_second ? racer.resumed_best : before_->best(entry.racer_id, entry.second);
}

bool Race::beats_history(const Racer& racer) const
{
    const auto best = best_before(racer);
    return !best || racer.entry.current_output > *best;
}

std::shared_ptr<const RaceSnapshot> Race::take_snapshot()
{
    changed_ = false;
    std::vector<std::uint32_t> order(racers_.size());
    for (std::uint32_t at = 0; at < order.size(); ++at) {
        order[at] = at;
    }
    std::sort(order.begin(), order.end(), [this](std::uint32_t left, std::uint32_t right) {
        const auto& a = racers_[left];
        const auto& b = racers_[right];
        if (a.entry.output != b.entry.output) {
            return a.entry.output > b.entry.output;
        }
        return a.score_order != b.score_order ? a.score_order < b.score_order : a.entry.racer_id < b.entry.racer_id;
    });
    auto snapshot = std::make_shared<RaceSnapshot>();
    snapshot->class_id = class_id_;
    snapshot->race_id = race_id_;
    snapshot->opened_order = opened_order_;
    snapshot->leading_second = leading_second_;
    snapshot->entries.reserve(order.size());
    for (const auto at : order) {
        const auto position = static_cast<std::uint32_t>(snapshot->entries.size());
        auto entry = racers_[at].entry;
        const bool tied = position != 0 && snapshot->entries.back().output == entry.output;
        entry.rank = tied ? snapshot->entries.back().rank : position + 1;
        entry.record = beats_history(racers_[at]);
        snapshot->entries.push_back(std::move(entry));
    }
    return snapshot;
}

}  // namespace alleycat::ranking
