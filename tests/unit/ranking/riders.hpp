#pragma once

#include "naive_races.hpp"

#include <random>

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

/// Random riding: racers join when they join, skip seconds, repeat seconds, send late ones, change their names, are
/// final more than once, and tie often, since outputs are few. Time passes meanwhile, and each 8 s a new race begins.
class Riders {
public:
    static constexpr std::uint32_t kClasses = 2;
    static constexpr std::uint32_t kSeconds = 20;
    static constexpr std::int64_t kBetweenRaces = 8'000;

    /// `races`: that are ridden at a time, in each class. More than 3, and some records come too late for theirs.
    explicit Riders(unsigned seed, std::uint32_t racers = 25, std::uint32_t races = 3)
        : random_(seed), racers_(racers), races_(races)
    {
    }

    static Races::Options options(Score score, Ties ties = Ties::Competition)
    {
        Races::Options made;
        made.score = score;
        made.ties = ties;
        made.classes = {ClassId{1}, ClassId{2}};
        made.seconds = kSeconds;
        made.grace = std::chrono::milliseconds(6'000);
        made.silence = std::chrono::milliseconds(2'000);
        made.bests = [](ClassId) { return std::make_shared<const history::ClassBests>(); };
        made.on_name = [](RacerId, std::string_view) {};
        return made;
    }

    /// The next record of anyone, a moment later.
    std::pair<Update, std::string> next()
    {
        now_ms_ += pick(1 + 1'000 / racers_);
        const auto class_id = 1 + pick(kClasses);
        const auto race = now_ms_ / kBetweenRaces - static_cast<std::int64_t>(pick(races_));
        const auto racer = pick(racers_);
        auto& second = seconds_[{class_id, race, racer}];
        const auto chance = pick(10);
        if (chance < 7 || second == 0) {
            second = std::min(second + 1 + pick(2), kSeconds);
        } else if (chance == 7) {
            second = 1 + pick(second);  // late; the racer then rides those seconds again
        }
        const auto output = 90 + pick(6) / 4.0 + (chance == 8 ? 1.0 / 3 : 0);
        auto made = update(++order_, racer, second, output, race, class_id);
        made.arrival_ms = now_ms_;
        made.event = pick(12) == 0 ? telemetry::Event::Final : telemetry::Event::Update;
        return {made, "Racer " + std::to_string(racer) + (pick(8) == 0 ? " the " + std::to_string(pick(3)) : "")};
    }
    /// Nobody rides for so long.
    void pause(std::int64_t ms) { now_ms_ += ms; }

    [[nodiscard]] std::int64_t now_ms() const { return now_ms_; }
    std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

private:
    std::mt19937 random_;
    const std::uint32_t racers_;
    const std::uint32_t races_;
    std::int64_t now_ms_{1'000};
    std::uint64_t order_{0};
    std::map<std::tuple<std::uint32_t, std::int64_t, std::uint32_t>, std::uint32_t> seconds_;
};

}  // namespace alleycat::ranking
