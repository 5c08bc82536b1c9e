#include <alleycat/history/top_of_seconds.hpp>

#include <algorithm>
#include <limits>

namespace alleycat::history {

namespace {

constexpr std::size_t kUsualRows = 50;  // looked for at least, so that a few more next time cost nothing
constexpr std::size_t kBlock = 16;      // outputs that are compared at once

struct IsBetter {
    bool operator()(const RacerOutput& left, const RacerOutput& right) const
    {
        return left.output != right.output ? left.output > right.output : left.racer < right.racer;
    }
};

/// Worse than anything, or than any with that output.
RacerOutput worst_of(double output)
{
    return {RacerId{UINT64_MAX}, output};
}
constexpr double kLowest = -std::numeric_limits<double>::infinity();

/// Whether `kept` was made for this very column. Unlike an address, that cannot be taken over by a later one.
bool is_same(const std::weak_ptr<const Column>& kept, const std::shared_ptr<const Column>& column)
{
    return !kept.owner_before(column) && !column.owner_before(kept);
}

/// Of kBlock outputs; without a branch, so that the compiler compares several at once.
bool any_at_least(const double* outputs, double least)
{
    int any = 0;
    for (std::size_t at = 0; at < kBlock; ++at) {
        any |= static_cast<int>(outputs[at] >= least);
    }
    return any != 0;
}

}  // namespace

std::string TopOfSeconds::text(const ClassBests& bests, std::size_t top)
{
    std::string text = "{";
    racers_.clear();
    const auto last = bests.last_second();
    seconds_.resize(last);
    for (std::uint32_t number = 1; number <= last; ++number) {
        const auto& column = bests.column(number);
        auto& second = seconds_[number - 1];
        if (!column) {
            second = {};
            continue;
        }
        if (!is_same(second.column, column) || second.wanted < top) {
            look_up_racers(bests.racers());
            select(second, *column, std::max(top, kUsualRows));
            second.column = column;
            ++scans_;
        }
        if (second.in_text != top) {
            write(second, number, top);
        }
        text.append(text.size() > 1 ? "," : "").append(second.text);
    }
    return text.append(1, '}');
}

/// Outputs only grow, so what was the last of the best is still good enough for a bound; unless somebody was erased.
void TopOfSeconds::select(Second& second, const Column& outputs, std::size_t top)
{
    const bool bounded = second.best.size() >= top;
    gather(outputs, top, worst_of(bounded ? second.best[top - 1].output : kLowest));
    if (bounded && candidates_.size() < top) {
        gather(outputs, top, worst_of(kLowest));
    }
    std::ranges::sort(candidates_, IsBetter());
    second.best.assign(candidates_.begin(), candidates_.end());
    second.best.shrink_to_fit();
    second.wanted = top;
    second.in_text = 0;
}

/// One pass: what is not better than `worst` is passed over. When twice as many rows as wanted are there, the worse
/// half is cut off, and the bar rises.
void TopOfSeconds::gather(const Column& outputs, std::size_t top, RacerOutput worst)
{
    candidates_.clear();
    const auto cut = [&] {
        const auto last = candidates_.begin() + static_cast<std::ptrdiff_t>(top - 1);
        std::nth_element(candidates_.begin(), last, candidates_.end(), IsBetter());
        worst = *last;
        candidates_.resize(top);
    };
    for (std::size_t block = 0; block < outputs.size(); block += kBlock) {
        const auto end = std::min(block + kBlock, outputs.size());
        if (end - block == kBlock && !any_at_least(&outputs[block], worst.output)) {
            continue;
        }
        for (auto slot = block; slot < end; ++slot) {
            if (!(outputs[slot] >= worst.output)) {  // none at all is not either
                continue;
            }
            const RacerOutput row{racers_[slot], outputs[slot]};
            if (IsBetter()(row, worst)) {
                candidates_.push_back(row);
            }
            if (candidates_.size() == 2 * top) {
                cut();
            }
        }
    }
    if (candidates_.size() > top) {
        cut();
    }
}

void TopOfSeconds::write(Second& second, std::uint32_t number, std::size_t top)
{
    const auto count = std::min(top, second.best.size());
    rows_.assign(second.best.begin(), second.best.begin() + static_cast<std::ptrdiff_t>(count));
    std::ranges::sort(rows_, {}, &RacerOutput::racer);
    second.text.clear();
    append_second(second.text, number, rows_);
    second.text.shrink_to_fit();
    second.in_text = top;
}

void TopOfSeconds::look_up_racers(const RacerIndex& racers)
{
    if (!racers_.empty()) {
        return;
    }
    std::size_t slots = 0;
    for (const auto& [racer, slot] : racers.ascending) {
        slots = std::max<std::size_t>(slots, slot + 1);
    }
    racers_.resize(slots);
    for (const auto& [racer, slot] : racers.ascending) {
        racers_[slot] = racer;
    }
}

}  // namespace alleycat::history
