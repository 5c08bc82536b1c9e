#pragma once

#include "naive_races.hpp"

namespace alleycat::ranking {

/// A history that changes while races are ridden.
class GrowingHistory {
public:
    explicit GrowingHistory(std::uint32_t classes)
    {
        for (std::uint32_t id = 0; id <= classes; ++id) {
            tables_.emplace_back(20);
        }
    }
    void add(std::uint32_t class_id, std::uint32_t second, std::uint64_t racer, double output)
    {
        const telemetry::Sample sample{ClassId{class_id}, second, RacerId{racer}, output};
        tables_[class_id].merge(std::span(&sample, 1));
    }
    [[nodiscard]] Bests bests(ClassId id) { return tables_[raw(id)].snapshot(); }

private:
    std::vector<history::BestTable> tables_;  // [class id]
};

/// Random riding: racers join when they join, skip seconds, repeat seconds, send late ones, change their names, and
/// tie often, since outputs are few.
class Riders {
public:
    static constexpr std::uint32_t kClasses = 2;
    static constexpr std::uint32_t kSeconds = 20;

    explicit Riders(unsigned seed) : random_(seed) {}

    /// The next record of anyone.
    std::pair<Update, std::string> next()
    {
        const auto class_id = 1 + pick(kClasses);
        const auto race = static_cast<std::int64_t>(pick(3)) - 1;
        const auto racer = pick(25);
        auto& second = seconds_[{class_id, race, racer}];
        const auto chance = pick(10);
        if (chance < 7 || second == 0) {
            second = std::min(second + 1 + pick(2), kSeconds);
        } else if (chance == 7) {
            second = 1 + pick(second);  // late; the racer then rides those seconds again
        }
        const auto output = 90 + pick(6) / 4.0 + (chance == 8 ? 1.0 / 3 : 0);
        auto made = update(++order_, racer, second, output, race, class_id);
        return {made, "Racer " + std::to_string(racer) + (pick(8) == 0 ? " the " + std::to_string(pick(3)) : "")};
    }

    std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

private:
    std::mt19937 random_;
    std::uint64_t order_{0};
    std::map<std::tuple<std::uint32_t, std::int64_t, std::uint32_t>, std::uint32_t> seconds_;
};

}  // namespace alleycat::ranking
