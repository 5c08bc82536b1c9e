#pragma once

#include "sqlite.hpp"
#include "temporary_directory.hpp"

#include <alleycat/results/database_commands.hpp>
#include <alleycat/results/result_reader.hpp>
#include <alleycat/results/result_store.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace alleycat::results {

using ranking::RaceResult;
using ranking::ResultRow;

/// The value of something that must have gone well.
template <class Value>
Value value_of(Result<Value> result)
{
    REQUIRE(result.has_value());
    return std::move(*result);
}

inline std::string read_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::filesystem::path& path, std::string_view bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

/// A row whose four scores differ; arrivals follow from the last one.
inline ResultRow row(std::uint64_t racer, double output, std::int64_t last_ms = 1'000)
{
    ResultRow row;
    row.racer_id = RacerId{racer};
    row.name = "Racer " + std::to_string(racer);
    row.second = 300;
    row.finished = true;
    row.output = output;
    row.best = output + 10;
    row.mean = 200 - output;
    row.total = row.mean * 300;
    row.order = static_cast<std::uint64_t>(last_ms);
    row.first_ms = last_ms - 500;
    row.last_ms = last_ms;
    return row;
}

inline RaceResult race(std::uint32_t class_id, std::int64_t race_id, std::vector<ResultRow> rows, bool closed = true)
{
    return {ClassId{class_id}, RaceId{race_id}, race_id * 1'000, race_id * 1'000 + 300, closed, std::move(rows)};
}

inline Batch batch(std::vector<RaceResult> races)
{
    Batch batch;
    for (auto& each : races) {
        batch.results.push_back(std::make_shared<const RaceResult>(std::move(each)));
    }
    return batch;
}

/// A store with its leaderboards, in a directory of its own.
struct StoreFixture {
    TemporaryDirectory directory;
    ResultStore::Options options;
    std::unique_ptr<Leaderboards> boards;
    std::unique_ptr<ResultStore> store;

    explicit StoreFixture(ranking::Score score = ranking::Score::Output)
    {
        options.path = directory.path() / "alleycat.db";
        options.score = score;
        options.shards = 2;
        open();
    }
    void open()
    {
        close();
        boards = std::make_unique<Leaderboards>(options.ties);
        store = std::make_unique<ResultStore>(options, *boards);
    }
    void close()
    {
        store.reset();
        boards.reset();
    }
    std::vector<RecordEvent> write(const Batch& batch) { return value_of(store->write(batch)); }
    std::vector<RecordEvent> write(std::vector<RaceResult> races) { return write(batch(std::move(races))); }
    std::vector<RecordEvent> write(RaceResult race) { return write(batch({std::move(race)})); }
    /// The class records of a class, best first.
    [[nodiscard]] std::vector<ClassRecord> records(std::uint32_t class_id = 1) const
    {
        std::vector<ClassRecord> records;
        for (const auto& each : boards->page(ClassId{class_id}, 0, 1'000).rows) {
            records.push_back(each.record);
        }
        return records;
    }
    [[nodiscard]] ResultReader reader() const { return ResultReader(options.path); }
    /// The database as SQLite shows it to anyone.
    [[nodiscard]] Connection connection(Connection::Mode mode = Connection::Mode::Write) const
    {
        return {options.path, mode};
    }
    void execute(const std::string& sql) const { connection().demand(sql); }
    [[nodiscard]] std::string exported() const
    {
        std::string text;
        export_database(options.path, [&text](std::string_view line) { text.append(line).append(1, '\n'); });
        return text;
    }
    [[nodiscard]] std::vector<std::string> problems() const { return check_database(options.path); }
};

}  // namespace alleycat::results
