#include <alleycat/ranking/rank_tree.hpp>
#include <alleycat/results/leaderboard.hpp>

#include <algorithm>
#include <unordered_map>

namespace alleycat::results {

namespace {

ranking::RankKey rank_key(const ClassRecord& record)
{
    return {record.score, static_cast<std::uint64_t>(record.achieved_ms), record.racer_id};
}

}  // namespace

/// The board of one class.
class Leaderboards::Board {
public:
    explicit Board(ranking::Ties ties) : ties_(ties) {}

    [[nodiscard]] std::uint64_t version() const { return version_; }
    [[nodiscard]] std::size_t size() const { return order_.size(); }
    [[nodiscard]] const ClassRecord* find(RacerId racer) const
    {
        const auto found = records_.find(racer);
        return found != records_.end() ? &found->second : nullptr;
    }
    [[nodiscard]] std::size_t position(const ClassRecord& record) const { return order_.position(rank_key(record)); }
    [[nodiscard]] std::uint32_t rank(double score) const
    {
        const auto& tree = ties_ == ranking::Ties::Dense ? scores_ : order_;
        return static_cast<std::uint32_t>(tree.better(score) + 1);
    }
    [[nodiscard]] Page page(std::size_t first, std::size_t count) const;

    void set(const ClassRecord& record);
    void erase(RacerId racer);

private:
    void take_out(const ClassRecord& record);

    const ranking::Ties ties_;
    std::unordered_map<RacerId, ClassRecord> records_;
    ranking::RankTree order_;
    // Each score once, and how many have it: where ties are dense.
    ranking::RankTree scores_;
    std::unordered_map<double, std::uint32_t> holders_;
    std::uint64_t version_{0};
};

Leaderboards::Page Leaderboards::Board::page(std::size_t first, std::size_t count) const
{
    Page page{order_.size(), {}};
    if (first >= page.total) {
        return page;
    }
    page.rows.reserve(std::min(count, page.total - first));
    order_.visit(first, count, [&](const ranking::RankKey& key) {
        Ranked row{0, records_.at(key.racer_id)};
        if (page.rows.empty()) {
            row.rank = rank(key.score);
        } else if (const auto& last = page.rows.back(); last.record.score == key.score) {
            row.rank = last.rank;
        } else {
            row.rank = ties_ == ranking::Ties::Dense ? last.rank + 1
                                                     : static_cast<std::uint32_t>(first + page.rows.size() + 1);
        }
        page.rows.push_back(row);
    });
    return page;
}

void Leaderboards::Board::set(const ClassRecord& record)
{
    if (const auto* before = find(record.racer_id)) {
        if (*before == record) {
            return;
        }
        take_out(*before);
    }
    records_[record.racer_id] = record;
    order_.insert(rank_key(record));
    if (ties_ == ranking::Ties::Dense && ++holders_[record.score] == 1) {
        scores_.insert({record.score, 0, RacerId{}});
    }
    ++version_;
}

void Leaderboards::Board::erase(RacerId racer)
{
    if (const auto* before = find(racer)) {
        take_out(*before);
        records_.erase(racer);
        ++version_;
    }
}

void Leaderboards::Board::take_out(const ClassRecord& record)
{
    order_.erase(rank_key(record));
    if (ties_ == ranking::Ties::Dense) {
        const auto holders = holders_.find(record.score);
        if (--holders->second == 0) {
            scores_.erase({record.score, 0, RacerId{}});
            holders_.erase(holders);
        }
    }
}

Leaderboards::Leaderboards(ranking::Ties ties) : ties_(ties) {}
Leaderboards::~Leaderboards() = default;

const Leaderboards::Board* Leaderboards::board(ClassId class_id) const
{
    const auto found = boards_.find(class_id);
    return found != boards_.end() ? found->second.get() : nullptr;
}

Leaderboards::Page Leaderboards::page(ClassId class_id, std::size_t first, std::size_t count) const
{
    const std::lock_guard lock(mutex_);
    const auto* found = board(class_id);
    return found != nullptr ? found->page(first, count) : Page();
}

std::optional<Leaderboards::Page> Leaderboards::around(ClassId class_id, RacerId racer, std::size_t each) const
{
    const std::lock_guard lock(mutex_);
    const auto* found = board(class_id);
    const auto* record = found != nullptr ? found->find(racer) : nullptr;
    if (record == nullptr) {
        return std::nullopt;
    }
    const auto position = found->position(*record);
    const auto first = position - std::min(position, each);
    const auto last = position + std::min(found->size() - 1 - position, each);
    return found->page(first, last + 1 - first);
}

std::optional<Ranked> Leaderboards::find(ClassId class_id, RacerId racer) const
{
    const std::lock_guard lock(mutex_);
    const auto* found = board(class_id);
    const auto* record = found != nullptr ? found->find(racer) : nullptr;
    return record != nullptr ? std::optional(Ranked{found->rank(record->score), *record}) : std::nullopt;
}

std::uint64_t Leaderboards::version(ClassId class_id) const
{
    const std::lock_guard lock(mutex_);
    const auto* found = board(class_id);
    return found != nullptr ? found->version() : 0;
}

void Leaderboards::set(ClassId class_id, const ClassRecord& record)
{
    const std::lock_guard lock(mutex_);
    auto& board = boards_[class_id];
    if (board == nullptr) {
        board = std::make_unique<Board>(ties_);
    }
    board->set(record);
}

void Leaderboards::erase(ClassId class_id, RacerId racer)
{
    const std::lock_guard lock(mutex_);
    if (const auto found = boards_.find(class_id); found != boards_.end()) {
        found->second->erase(racer);
    }
}

}  // namespace alleycat::results
