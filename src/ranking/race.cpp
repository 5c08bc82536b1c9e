#include "race.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

namespace alleycat::ranking {

namespace {

constexpr auto kNone = std::numeric_limits<double>::quiet_NaN();
/// Shards are read one after the other: that all have finished who were read is not yet all.
constexpr auto kSettle = std::chrono::milliseconds(1'000);

}  // namespace

Race::Race(const Races::Options& options, ClassId class_id, RaceId race_id)
    : options_(options), class_id_(class_id), race_id_(race_id), before_(options.bests(class_id))
{
}

std::int64_t Race::length_end_ms() const
{
    return start_ms_ + std::int64_t{1000} * options_.seconds;
}

std::int64_t Race::deadline_ms() const
{
    return length_end_ms() + options_.grace.count();
}

RaceState Race::state() const
{
    if (closed_) {
        return RaceState::Closed;
    }
    return riding_ == 0 ? RaceState::Finished : RaceState::Running;
}

void Race::apply(const Update& update, std::string_view name)
{
    const auto at_ms = time_of(update);
    // Shards are not read in order of arrival.
    changed_ = changed_ || update.arrival_order < opened_order_ || at_ms < start_ms_;
    opened_order_ = std::min(opened_order_, update.arrival_order);
    start_ms_ = std::min(start_ms_, at_ms);
    if (at_ms > deadline_ms()) {
        return;
    }
    const auto slot = slot_of(update, at_ms);
    if (!slot) {
        return;
    }
    const auto before = shown(*slot);
    note_released(update);
    take_output(*slot, update.second, update.output);
    auto& ride = rides_[*slot];
    if (update.event == telemetry::Event::Final) {
        ride.final = std::max(ride.final, update.second);
    }
    if (update.verdict.suspect() && !before.unverified) {
        rows_.edit(*slot).unverified = true;
    }
    if (update.second <= ride.last()) {
        count(*slot, update, at_ms, name);
    }
    if (shown(*slot) != before) {
        note_row_changed();
    }
}

void Race::count(std::uint32_t slot, const Update& update, std::int64_t at_ms, std::string_view name)
{
    const auto& ride = rides_[slot];
    result_changed_ = true;
    last_order_ = std::max(last_order_, update.arrival_order);
    auto& row = rows_.edit(slot);
    row.first_ms = std::min(row.first_ms, at_ms);
    row.last_ms = std::max(row.last_ms, at_ms);
    set_finished(row, ride.final != 0);
    if (at_ms > last_ms_) {
        last_ms_ = at_ms;
        changed_ = changed_ || riding_ == 0;  // it is the race's end then
    }
    if (update.second == ride.last()) {
        set_name(row, name);
        set_second(row, update.second);
        row.current_output = ride.outputs[update.second - 1];
        note_record(slot);
    }
    take_score(slot, ride.outputs[update.second - 1], update.arrival_order);
}

Race::Shown Race::shown(std::uint32_t slot) const
{
    const auto& row = rows_[slot];
    return {row.key, row.current_output, row.second, row.is_record(), row.finished, row.unverified, row.name.get()};
}

void Race::note_row_changed()
{
    changed_ = true;
    rows_changed_ = true;
    result_changed_ = true;
}

/// What was released was sent long before: it neither comes too late nor makes the race any longer.
std::int64_t Race::time_of(const Update& update) const
{
    return update.verdict.released() && rows_.size() != 0 ? std::clamp(update.arrival_ms, start_ms_, last_ms_)
                                                          : update.arrival_ms;
}

void Race::note_released(const Update& update)
{
    if (update.verdict.released()) {
        auto& output = released_.try_emplace({update.racer_id, update.second}, update.output).first->second;
        output = std::max(output, update.output);
    }
}

void Race::mark(RacerId racer)
{
    const auto slot = rows_.find(racer);
    if (slot && !rows_[*slot].unverified) {
        rows_.edit(*slot).unverified = true;
        note_row_changed();
    }
}

std::optional<std::uint32_t> Race::slot_of(const Update& update, std::int64_t at_ms)
{
    if (const auto slot = rows_.find(update.racer_id)) {
        return slot;
    }
    if (rows_.size() >= Races::kMaxRacers) {
        return std::nullopt;
    }
    RacerRow row;
    row.key.racer_id = update.racer_id;
    row.first_ms = at_ms;
    row.last_ms = at_ms;
    ++riding_;
    rides_.emplace_back();
    return rows_.add(std::move(row));
}

void Race::set_name(RacerRow& row, std::string_view name) const
{
    if (row.name == nullptr || *row.name != name) {
        row.name = std::make_shared<const std::string>(name);
        options_.on_name(row.key.racer_id, name);
    }
}

void Race::tell_names() const
{
    for (std::uint32_t slot = 0; slot < rows_.size(); ++slot) {
        options_.on_name(rows_[slot].key.racer_id, *rows_[slot].name);
    }
}

void Race::set_finished(RacerRow& row, bool finished)
{
    if (row.finished != finished) {
        row.finished = finished;
        finished ? --riding_ : ++riding_;
    }
}

void Race::take_output(std::uint32_t slot, std::uint32_t second, double output)
{
    auto& outputs = rides_[slot].outputs;
    if (outputs.size() < second) {
        outputs.resize(second, kNone);
    }
    auto& at = outputs[second - 1];
    at = std::fmax(at, output);  // of a NaN and a number, the number
}

/// Mostly a later one, but an earlier one where that is said to be the final.
void Race::set_second(RacerRow& row, std::uint32_t second)
{
    if (row.second == second) {
        return;
    }
    if (row.second != 0) {
        --racers_at_[row.second];
    }
    row.second = second;
    count_second(second);
    row.best_before = before_->best(row.key.racer_id, second).value_or(kNone);
}

void Race::count_second(std::uint32_t second)
{
    racers_at_.resize(std::max<std::size_t>(racers_at_.size(), second + 1));
    ++racers_at_[second];
}

std::uint32_t Race::leading_second() const
{
    const auto leading = std::find_if(racers_at_.rbegin(), racers_at_.rend(), [](auto racers) { return racers != 0; });
    return leading == racers_at_.rend() ? 0 : static_cast<std::uint32_t>(racers_at_.rend() - leading) - 1;
}

void Race::take_score(std::uint32_t slot, double output, std::uint64_t order)
{
    const auto old = rows_[slot].key;
    const bool joins = old.order == 0;
    double now = 0;
    switch (options_.score) {
        case Score::Output:
            now = rows_[slot].current_output;
            break;
        case Score::Best:
            // With a final second, what counted before may not count any more.
            now = rides_[slot].final != 0 ? scores(rides_[slot]).best : joins ? output : std::max(old.score, output);
            break;
        case Score::Mean:
        case Score::Total:
            now = scores(rides_[slot]).score(options_.score);
            break;
    }
    if (joins || now != old.score) {
        place(slot, {now, order, old.racer_id}, joins);
    }
}

void Race::place(std::uint32_t slot, const RankKey& key, bool joins)
{
    auto& row = rows_.edit(slot);
    if (!joins) {
        order_.erase(row.key);
        count_score(row.key.score, false);
    }
    row.key = key;
    order_.insert(key);
    count_score(key.score, true);
}

void Race::count_score(double score, bool more)
{
    if (options_.ties != Ties::Dense) {
        return;
    }
    auto& racers = sharing_[score];
    if (more && racers++ == 0) {
        scores_.insert({score, 0, {}});
    } else if (!more && --racers == 0) {
        scores_.erase({score, 0, {}});
        sharing_.erase(score);
    }
}

/// The scores of a ride, in every meaning: each counts the seconds up to the final one.
ResultRow Race::scores(const Ride& ride)
{
    // Summed anew from the first second on, so that the order of arrival leaves no trace in the last digits.
    ResultRow row;
    const auto counted = std::span(ride.outputs).first(ride.last());
    row.output = counted.back();
    row.best = -std::numeric_limits<double>::infinity();
    std::size_t seconds = 0;
    for (const auto at : counted) {
        if (!std::isnan(at)) {
            row.total += at;
            row.best = std::max(row.best, at);
            ++seconds;
        }
    }
    row.mean = row.total / static_cast<double>(seconds);
    return row;
}

void Race::note_record(std::uint32_t slot)
{
    const auto& row = rows_[slot];
    auto& ride = rides_[slot];
    // A newcomer beats nothing, second by second; that is no news.
    // One of a later second may have been told before this one was said to be the final.
    if (!(row.current_output > row.best_before) || ride.told_record >= row.second) {
        return;
    }
    if (ride.noted == 0) {
        records_.emplace_back();
        ride.noted = static_cast<std::uint32_t>(records_.size());
    }
    records_[ride.noted - 1] = {slot, row.second, row.current_output, row.best_before};
}

void Race::take_records(std::vector<RecordEvent>& records)
{
    for (std::size_t at = 0; at < records_.size(); ++at) {
        const auto& noted = records_[at];
        const auto& row = rows_[noted.slot];
        auto& ride = rides_[noted.slot];
        ride.noted = 0;
        if (at >= Races::kMaxRecords) {
            continue;
        }
        ride.told_record = noted.second;
        const auto previous = std::isnan(noted.previous) ? std::nullopt : std::optional(noted.previous);
        records.push_back({RecordEvent::Kind::Second, class_id_, race_id_, row.key.racer_id, *row.name, noted.second,
                           noted.output, previous});
    }
    records_.clear();
}

void Race::pass_time(std::int64_t now_ms)
{
    if (riding_ == 0 || now_ms < length_end_ms()) {
        return;
    }
    for (std::uint32_t slot = 0; slot < rows_.size(); ++slot) {
        const auto& row = rows_[slot];
        if (!row.finished && (now_ms > deadline_ms() || row.last_ms + options_.silence.count() <= now_ms)) {
            set_finished(rows_.edit(slot), true);
            note_row_changed();
        }
    }
}

bool Race::due_to_close(std::int64_t now_ms) const
{
    const auto quiet = std::max(options_.grace, kSettle);
    return now_ms > deadline_ms() || (riding_ == 0 && now_ms > last_ms_ + quiet.count());
}

void Race::close()
{
    closed_ = true;
    changed_ = true;
    result_changed_ = true;
}

void Race::erase(RacerId racer)
{
    if (!rows_.find(racer)) {
        return;
    }
    const auto rows = std::exchange(rows_, {});
    auto rides = std::exchange(rides_, {});
    order_ = {};
    scores_ = {};
    sharing_.clear();
    records_.clear();
    std::erase_if(released_, [racer](const auto& each) { return each.first.first == racer; });
    riding_ = 0;
    racers_at_.clear();
    for (std::uint32_t slot = 0; slot < rows.size(); ++slot) {
        if (rows[slot].key.racer_id != racer) {
            rides[slot].noted = 0;
            add(rows[slot], std::move(rides[slot]));
        }
    }
    note_row_changed();
}

/// A racer whose row is complete, but for a place among the others.
void Race::add(RacerRow row, Ride ride)
{
    const auto key = row.key;
    riding_ += row.finished ? 0 : 1;
    count_second(row.second);
    rides_.push_back(std::move(ride));
    place(rows_.add(std::move(row)), key, true);
}

std::shared_ptr<const RaceSnapshot> Race::take_snapshot()
{
    changed_ = false;
    auto snapshot = std::make_shared<RaceSnapshot>();
    snapshot->class_id = class_id_;
    snapshot->race_id = race_id_;
    snapshot->state = state();
    snapshot->start_ms = start_ms_;
    snapshot->last_ms = last_ms_;
    snapshot->opened_order = opened_order_;
    snapshot->leading_second = leading_second();
    snapshot->rows_changed = std::exchange(rows_changed_, false);
    snapshot->order_ = order_;
    if (options_.ties == Ties::Dense) {
        snapshot->scores_ = scores_;
    }
    snapshot->rows_ = rows_.share();
    return snapshot;
}

std::shared_ptr<const RaceResult> Race::take_result()
{
    if (!result_changed_ || state() == RaceState::Running || rows_.size() == 0) {
        return nullptr;
    }
    result_changed_ = false;
    auto result = std::make_shared<RaceResult>();
    result->class_id = class_id_;
    result->race_id = race_id_;
    result->start_ms = start_ms_;
    result->end_ms = last_ms_;
    result->closed = closed_;
    result->rows.reserve(rows_.size());
    for (std::uint32_t slot = 0; slot < rows_.size(); ++slot) {
        const auto& row = rows_[slot];
        auto& brought = result->rows.emplace_back(scores(rides_[slot]));
        brought.racer_id = row.key.racer_id;
        brought.name = *row.name;
        brought.second = row.second;
        brought.finished = row.finished;
        brought.order = row.key.order;
        brought.first_ms = row.first_ms;
        brought.last_ms = row.last_ms;
        brought.unverified = row.unverified;
    }
    std::ranges::sort(result->rows, {}, &ResultRow::racer_id);
    for (const auto& [ridden, output] : released_) {
        result->released.push_back({ridden.first, ridden.second, output});
    }
    return result;
}

}  // namespace alleycat::ranking
