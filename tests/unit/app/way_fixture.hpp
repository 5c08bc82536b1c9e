#pragma once

#include "checkpoints.hpp"
#include "config_fixture.hpp"

#include <alleycat/core/erased_racers.hpp>
#include <alleycat/delivery/delivery_thread.hpp>
#include <alleycat/history/history_store.hpp>
#include <alleycat/ranking/ranking_thread.hpp>
#include <alleycat/stream/ledger.hpp>

#include <catch2/catch.hpp>

namespace alleycat::app {

using delivery::SteadyTime;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// What a record meets behind its shard, under a clock that only the test moves.
struct WayFixture {
    static constexpr std::uint32_t kShards = 2;

    TemporaryDirectory directory;
    SteadyTime now{std::chrono::steady_clock::now() + std::chrono::hours(1)};
    Checkpoints checkpoints{directory.path() / "checkpoints", kShards, {}};
    stream::Ledger ledger;
    ErasedRacers erased;
    history::HistoryStore store{history_options()};
    ranking::RankingThread ranking{{races_options(), milliseconds(1'000), kShards, {}}, [](auto&&) {}};

    [[nodiscard]] history::HistoryStore::Options history_options()
    {
        history::HistoryStore::Options options;
        options.directory = directory.path() / "history";
        options.classes = {ClassId{1}, ClassId{2}};
        options.clock = [this] { return now; };
        return options;
    }
    [[nodiscard]] ranking::Races::Options races_options()
    {
        ranking::Races::Options options;
        options.classes = {ClassId{1}, ClassId{2}};
        options.bests = [this](ClassId id) { return store.bests(id); };
        options.on_name = [](RacerId, std::string_view) {};
        return options;
    }
    /// As the next process finds them.
    [[nodiscard]] Checkpoints reloaded() const { return {directory.path() / "checkpoints", kShards, {}}; }
};

inline telemetry::Sample sample(std::uint32_t second, std::uint64_t racer, double output, std::uint32_t class_id = 1)
{
    return {ClassId{class_id}, second, RacerId{racer}, output};
}

}  // namespace alleycat::app
