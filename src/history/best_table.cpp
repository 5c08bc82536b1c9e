#include <alleycat/history/best_table.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace alleycat::history {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t kNoSlot = UINT32_MAX;
constexpr RacerId kNobody{UINT64_MAX};

}  // namespace

ClassBests::ClassBests() : racers_(std::make_shared<const RacerIndex>()) {}

ClassBests::ClassBests(std::shared_ptr<const RacerIndex> racers, std::vector<std::shared_ptr<const Column>> seconds)
    : racers_(std::move(racers)), seconds_(std::move(seconds))
{
}

const std::shared_ptr<const Column>& ClassBests::column(std::uint32_t second) const
{
    static const std::shared_ptr<const Column> none;
    return second >= 1 && second <= seconds_.size() ? seconds_[second - 1] : none;
}

std::optional<double> ClassBests::best(RacerId racer, std::uint32_t second) const
{
    const auto* column = at(second);
    const auto* found = racers_->slots.find(racer);
    if (column == nullptr || found == racers_->slots.end() || found->second >= column->size()) {
        return std::nullopt;
    }
    const double output = (*column)[found->second];
    return std::isnan(output) ? std::nullopt : std::optional(output);
}

std::uint32_t ClassBests::last_second() const
{
    auto second = static_cast<std::uint32_t>(seconds_.size());
    while (second > 0 && !seconds_[second - 1]) {
        --second;
    }
    return second;
}

BestTable::BestTable(std::uint32_t seconds)
    : seconds_(seconds), last_racer_(kNobody), last_slot_(kNoSlot), racers_(std::make_shared<const RacerIndex>())
{
}

std::size_t BestTable::merge(std::span<const telemetry::Sample> samples)
{
    std::size_t kept = 0;
    for (const auto& sample : samples) {
        const std::size_t at = std::size_t{sample.second} - 1;  // 0 wraps round and is out of range, too
        if (at >= seconds_.size()) {
            continue;
        }
        if (sample.racer_id != last_racer_) {
            look_up(sample.racer_id);
        }
        auto& second = seconds_[at];
        if (last_slot_ < second.size && sample.output <= second.outputs[last_slot_]) {
            continue;  // the usual case; never taken where there is none yet, as NaN compares false
        }
        if (std::isfinite(sample.output)) {
            keep(second, sample.output);
            ++kept;
        }
    }
    return kept;
}

void BestTable::look_up(RacerId racer)
{
    const auto* found = slots_.find(racer);
    last_racer_ = racer;
    last_slot_ = found == slots_.end() ? kNoSlot : found->second;
}

void BestTable::keep(Second& second, double output)
{
    if (last_slot_ == kNoSlot) {
        last_slot_ = take_slot();
        slots_.insert(last_racer_, last_slot_);
        ascending_.emplace_back(last_racer_, last_slot_);
    }
    make_writable(second, last_slot_);
    second.outputs[last_slot_] = output;
    second.changed = true;
    latest_.reset();
}

std::uint32_t BestTable::take_slot()
{
    if (free_slots_.empty()) {
        return slot_count_++;
    }
    const auto slot = free_slots_.back();
    free_slots_.pop_back();
    return slot;
}

void BestTable::make_writable(Second& second, std::uint32_t slot)
{
    if (!second.column) {
        second.column = std::make_shared<Column>();
    } else if (second.shared) {
        auto copy = std::make_shared<Column>();
        copy->reserve(slot_count_);
        copy->assign(second.column->begin(), second.column->end());
        second.column = std::move(copy);
    } else if (slot < second.size) {
        return;
    }
    second.shared = false;
    if (slot >= second.column->size()) {
        second.column->resize(slot_count_, kNone);
    }
    second.outputs = second.column->data();
    second.size = second.column->size();
}

std::size_t BestTable::erase(RacerId racer)
{
    const auto* found = slots_.find(racer);
    if (found == slots_.end()) {
        return 0;
    }
    publish_racers();  // so that all of them are in order
    const auto slot = found->second;
    std::size_t erased = 0;
    for (auto& second : seconds_) {
        if (slot < second.size && !std::isnan(second.outputs[slot])) {
            clear(second, slot);
            ++erased;
        }
    }
    std::erase_if(ascending_, [&](const auto& each) { return each.second == slot; });
    slots_ = SlotMap();  // which cannot take one out; this is seldom
    for (const auto& [other, its_slot] : ascending_) {
        slots_.insert(other, its_slot);
    }
    racers_ = std::make_shared<const RacerIndex>(RacerIndex{slots_, ascending_});
    free_slots_.push_back(slot);
    last_racer_ = kNobody;
    last_slot_ = kNoSlot;
    latest_.reset();
    return erased;
}

void BestTable::clear(Second& second, std::uint32_t slot)
{
    make_writable(second, slot);
    second.outputs[slot] = kNone;
    second.changed = true;
    if (std::ranges::all_of(*second.column, [](double output) { return std::isnan(output); })) {
        second.column.reset();  // a second without any racer is none
        second.outputs = nullptr;
        second.size = 0;
        second.shared = false;
    }
}

std::vector<std::uint32_t> BestTable::take_changed()
{
    std::vector<std::uint32_t> changed;
    for (std::size_t at = 0; at < seconds_.size(); ++at) {
        if (seconds_[at].changed) {
            changed.push_back(static_cast<std::uint32_t>(at + 1));
            seconds_[at].changed = false;
        }
    }
    return changed;
}

std::shared_ptr<const ClassBests> BestTable::snapshot()
{
    if (!latest_) {
        publish_racers();
        std::vector<std::shared_ptr<const Column>> columns;
        columns.reserve(seconds_.size());
        for (auto& second : seconds_) {
            columns.emplace_back(second.column);
            second.shared = true;
        }
        latest_ = std::make_shared<const ClassBests>(racers_, std::move(columns));
    }
    return latest_;
}

void BestTable::publish_racers()
{
    const auto published = racers_->ascending.size();
    if (published == ascending_.size()) {
        return;
    }
    const auto middle = ascending_.begin() + static_cast<std::ptrdiff_t>(published);
    std::sort(middle, ascending_.end());
    std::inplace_merge(ascending_.begin(), middle, ascending_.end());
    racers_ = std::make_shared<const RacerIndex>(RacerIndex{slots_, ascending_});
}

}  // namespace alleycat::history
