#include "database.hpp"

#include <alleycat/core/clock.hpp>
#include <alleycat/quarantine/store.hpp>

#include <spdlog/spdlog.h>

namespace alleycat::quarantine {

namespace {

Store::Options with_clock(Store::Options options)
{
    if (!options.now_ms) {
        options.now_ms = [] { return epoch_ms(); };
    }
    return options;
}

}  // namespace

Store::Store(Options options) : options_(with_clock(std::move(options)))
{
    if (std::filesystem::exists(options_.path)) {
        database_ = std::make_unique<Database>(options_.path, size_);
    }
}

Store::~Store() = default;

/// Errors: why the file cannot be made, which the log tells in full.
Result<Store::Database*> Store::open()
{
    if (database_ == nullptr) {
        try {
            database_ = std::make_unique<Database>(options_.path, size_);
        } catch (const std::runtime_error& refused) {
            spdlog::error("quarantine: {}", refused.what());
            return make_error_code(boost::system::errc::io_error);
        }
    }
    return database_.get();
}

Result<void> Store::keep(std::span<const HeldRecord> records)
{
    if (records.empty()) {
        return {};
    }
    const auto database = open();
    if (!database) {
        return database.error();
    }
    const auto kept = (*database)->keep(records, options_.keep);
    if (!kept) {
        return kept.error();
    }
    note_dropped(kept->dropped);
    return {};
}

void Store::note_dropped(std::uint64_t records)
{
    if (records != 0) {
        dropped_ += records;
        spdlog::warn("quarantine: {} of the oldest records are dropped, of {} that may be kept for {} h", records,
                     options_.keep, std::chrono::duration_cast<std::chrono::hours>(options_.age).count());
    }
}

Result<Page> Store::list(const Filter& filter, std::optional<HeldId> before, std::size_t count)
{
    return database_ == nullptr ? Page() : database_->list(filter, before, count);
}

Result<Page> Store::oldest(const Filter& filter, std::optional<HeldId> after, std::size_t count)
{
    return database_ == nullptr ? Page() : database_->oldest(filter, after, count);
}

Result<std::optional<HeldRecord>> Store::find(const HeldId& id)
{
    return database_ == nullptr ? std::optional<HeldRecord>() : database_->find(id);
}

Result<std::uint64_t> Store::remove(std::span<const HeldId> ids)
{
    return database_ == nullptr ? 0 : database_->remove(ids);
}

Result<std::uint64_t> Store::drop(const HeldId& id)
{
    const auto dropped = remove(std::span(&id, 1));
    if (dropped && *dropped != 0) {
        spdlog::info("quarantine: {} is dropped", to_text(id));
    }
    return dropped;
}

Result<std::uint64_t> Store::drop(const Filter& filter)
{
    const auto dropped = database_ == nullptr ? Result<std::uint64_t>(0) : database_->remove(condition(filter));
    if (dropped && *dropped != 0) {
        spdlog::info("quarantine: {} records are dropped: {}", *dropped, condition(filter));
    }
    return dropped;
}

Result<std::uint64_t> Store::erase(RacerId racer, std::int64_t asked_ms)
{
    if (database_ == nullptr) {
        return 0;
    }
    Filter filter;
    filter.racer_id = racer;
    const auto erased = database_->remove(condition(filter) + " AND arrival_ms <= " + std::to_string(asked_ms));
    if (!erased) {
        return erased;
    }
    // Also where there was nothing now: an earlier attempt may have come so far.
    const auto cleaned = database_->clean();
    return cleaned ? erased : Result<std::uint64_t>(cleaned.error());
}

Result<std::uint64_t> Store::remove_expired()
{
    if (database_ == nullptr) {
        return 0;
    }
    const auto oldest_ms = options_.now_ms() - options_.age.count();
    const auto removed = database_->remove("arrival_ms < " + std::to_string(oldest_ms));
    note_dropped(removed ? *removed : 0);
    return removed;
}

std::vector<std::uint64_t> Store::positions() const
{
    std::vector<std::uint64_t> positions;
    if (database_ != nullptr) {
        for (const auto& [shard, kept] : database_->positions()) {
            positions.resize(raw(shard) + 1);  // they ascend
            positions.back() = kept;
        }
    }
    return positions;
}

}  // namespace alleycat::quarantine
