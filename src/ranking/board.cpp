#include <alleycat/ranking/board.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace alleycat::ranking {

std::shared_ptr<const RaceSnapshot> RaceSnapshot::of(const RaceResult& stored, Score score, Ties ties)
{
    auto race = std::make_shared<RaceSnapshot>();
    race->class_id = stored.class_id;
    race->race_id = stored.race_id;
    race->state = RaceState::Closed;
    race->start_ms = stored.start_ms;
    race->last_ms = stored.end_ms;
    if (ties == Ties::Dense) {
        race->scores_.emplace();
    }
    for (const auto& ridden : stored.rows) {
        RacerRow row;
        row.key = {ridden.score(score), ridden.order, ridden.racer_id};
        row.current_output = ridden.output;
        row.best_before = std::numeric_limits<double>::infinity();
        row.first_ms = ridden.first_ms;
        row.last_ms = ridden.last_ms;
        row.second = ridden.second;
        row.finished = ridden.finished;
        row.unverified = ridden.unverified;
        row.name = std::make_shared<const std::string>(ridden.name);
        race->order_.insert(row.key);
        if (race->scores_) {
            race->scores_->insert({row.key.score, 0, {}});
        }
        race->leading_second = std::max(race->leading_second, row.second);
        race->rows_.add(std::move(row));
    }
    return race;
}

Entry RaceSnapshot::entry(const RacerRow& row) const
{
    Entry entry;
    entry.racer_id = row.key.racer_id;
    entry.name = *row.name;
    entry.second = row.second;
    entry.output = row.key.score;
    entry.current_output = row.current_output;
    entry.record = row.is_record();
    entry.finished = row.finished;
    entry.unverified = row.unverified;
    return entry;
}

std::uint32_t RaceSnapshot::rank(double score) const
{
    return static_cast<std::uint32_t>((scores_ ? *scores_ : order_).better(score)) + 1;
}

std::vector<Entry> RaceSnapshot::entries(std::size_t first, std::size_t count) const
{
    std::vector<Entry> entries;
    entries.reserve(std::min(count, size()));
    order_.visit(first, count, [&](const RankKey& key) {
        auto made = entry(rows_[*rows_.find(key.racer_id)]);
        if (entries.empty()) {
            made.rank = rank(key.score);
        } else if (const auto& before = entries.back(); before.output == key.score) {
            made.rank = before.rank;
        } else {
            made.rank = scores_ ? before.rank + 1 : static_cast<std::uint32_t>(first + entries.size()) + 1;
        }
        entries.push_back(std::move(made));
    });
    return entries;
}

std::optional<Entry> RaceSnapshot::find(RacerId racer) const
{
    const auto slot = rows_.find(racer);
    if (!slot) {
        return std::nullopt;
    }
    auto found = entry(rows_[*slot]);
    found.rank = rank(found.output);
    return found;
}

std::optional<std::size_t> RaceSnapshot::position(RacerId racer) const
{
    const auto slot = rows_.find(racer);
    return slot ? std::optional(order_.position(rows_[*slot].key)) : std::nullopt;
}

namespace {

bool is_better(const BestsOfSecond::Row& a, const BestsOfSecond::Row& b)
{
    return a.output != b.output ? a.output > b.output : a.racer_id < b.racer_id;
}

}  // namespace

std::shared_ptr<const BestsOfSecond> rank_second(const history::ClassBests& bests, std::uint32_t second)
{
    auto ranked = std::make_shared<BestsOfSecond>();
    ranked->second = second;
    if (const auto* column = bests.at(second)) {
        for (const auto& [racer, slot] : bests.racers().ascending) {
            if (slot < column->size() && !std::isnan((*column)[slot])) {
                ranked->rows.push_back({(*column)[slot], racer});
            }
        }
        std::sort(ranked->rows.begin(), ranked->rows.end(), is_better);
    }
    const BestsOfSecond::Row* before = nullptr;
    for (auto& row : ranked->rows) {
        row.distinct = before == nullptr ? 1 : before->distinct + (before->output == row.output ? 0 : 1);
        before = &row;
    }
    return ranked;
}

AlltimeBoard::AlltimeBoard(std::shared_ptr<const BestsOfSecond> bests, Ties ties, const std::optional<Entry>& rider,
                           std::optional<double> rider_best)
    : bests_(std::move(bests)), ties_(ties)
{
    if (rider) {
        rider_ = BestsOfSecond::Row{rider->current_output, rider->racer_id};
        rider_best_ = rider_best;
        record_ = rider->record;
    }
}

std::size_t AlltimeBoard::size() const
{
    return bests_->rows.size() + (rider_ && !rider_best_ ? 1 : 0);
}

std::vector<Entry> AlltimeBoard::top(std::size_t count) const
{
    std::vector<Entry> entries;
    count = std::min(count, size());
    entries.reserve(count);
    bool rider_listed = !rider_;
    const auto list = [&](const BestsOfSecond::Row& row) {
        if (entries.size() < count) {
            entries.push_back(entry(row.racer_id, row.output));
        }
    };
    for (const auto& row : bests_->rows) {
        if (entries.size() == count) {
            break;
        }
        if (is_rider(row.racer_id)) {
            continue;
        }
        if (!rider_listed && is_better(*rider_, row)) {
            list(*rider_);
            rider_listed = true;
        }
        list(row);
    }
    if (!rider_listed) {
        list(*rider_);
    }
    return entries;
}

std::optional<Entry> AlltimeBoard::find(RacerId racer, std::optional<double> best) const
{
    if (is_rider(racer)) {
        return entry(racer, rider_->output);
    }
    return best ? std::optional(entry(racer, *best)) : std::nullopt;
}

Entry AlltimeBoard::entry(RacerId racer, double output) const
{
    Entry entry;
    entry.rank = rank(output);
    entry.racer_id = racer;
    entry.second = bests_->second;
    entry.output = output;
    entry.current_output = output;
    entry.record = is_rider(racer) && record_;
    return entry;
}

std::uint32_t AlltimeBoard::rank(double output) const
{
    const auto& rows = bests_->rows;
    const auto greater =
        std::partition_point(rows.begin(), rows.end(), [output](const auto& row) { return row.output > output; });
    // The rider's own best does not count, but the current output.
    const bool best_counted = rider_best_ && *rider_best_ > output;
    const bool current_counts = rider_ && rider_->output > output;
    std::ptrdiff_t better = 0;
    if (ties_ == Ties::Competition) {
        better = (greater - rows.begin()) - (best_counted ? 1 : 0) + (current_counts ? 1 : 0);
    } else {
        better = greater == rows.begin() ? 0 : std::ptrdiff_t{std::prev(greater)->distinct};
        better -= best_counted && !is_others(*rider_best_) ? 1 : 0;
        better += current_counts && !is_others(rider_->output) ? 1 : 0;
    }
    return static_cast<std::uint32_t>(better) + 1;
}

bool AlltimeBoard::is_others(double output) const
{
    const auto& rows = bests_->rows;
    const auto [first, last] = std::equal_range(rows.begin(), rows.end(), BestsOfSecond::Row{output, {}},
                                                [](const auto& a, const auto& b) { return a.output > b.output; });
    return last - first > (rider_best_ == output ? 1 : 0);
}

}  // namespace alleycat::ranking
