#include <alleycat/ranking/board.hpp>

#include <algorithm>
#include <cmath>

namespace alleycat::ranking {

const Entry* RaceSnapshot::find(RacerId racer) const
{
    const auto at =
        std::find_if(entries.begin(), entries.end(), [racer](const Entry& entry) { return entry.racer_id == racer; });
    return at == entries.end() ? nullptr : &*at;
}

namespace {

bool comes_before(const BestsOfSecond::Row& a, const BestsOfSecond::Row& b)
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
        std::sort(ranked->rows.begin(), ranked->rows.end(), comes_before);
    }
    return ranked;
}

AlltimeBoard::AlltimeBoard(std::shared_ptr<const BestsOfSecond> bests, const Entry* rider,
                           std::optional<double> rider_best)
    : bests_(std::move(bests))
{
    if (rider != nullptr) {
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
        if (!rider_listed && comes_before(*rider_, row)) {
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

std::optional<double> AlltimeBoard::best_of(RacerId racer) const
{
    if (is_rider(racer)) {
        return rider_->output;
    }
    const auto& rows = bests_->rows;
    const auto found =
        std::find_if(rows.begin(), rows.end(), [racer](const auto& row) { return row.racer_id == racer; });
    return found == rows.end() ? std::nullopt : std::optional(found->output);
}

Entry AlltimeBoard::entry(RacerId racer, double output) const
{
    const auto& rows = bests_->rows;
    const auto greater =
        std::partition_point(rows.begin(), rows.end(), [output](const auto& row) { return row.output > output; });
    auto better = greater - rows.begin();
    better -= rider_best_ && *rider_best_ > output ? 1 : 0;  // the rider's own best does not count
    better += rider_ && rider_->output > output ? 1 : 0;
    Entry entry;
    entry.rank = static_cast<std::uint32_t>(better) + 1;
    entry.racer_id = racer;
    entry.second = bests_->second;
    entry.output = output;
    entry.current_output = output;
    entry.record = is_rider(racer) && record_;
    return entry;
}

}  // namespace alleycat::ranking
