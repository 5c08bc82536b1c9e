#pragma once

#include <alleycat/quarantine/store.hpp>
#include <alleycat/sqlite/connection.hpp>

#include <map>

namespace alleycat::quarantine {

/// The open file of a store.
///
/// Errors: as the store's.
class Store::Database {
public:
    /// `size` is kept at how many records are held. Throws as the store does.
    Database(const std::filesystem::path& path, std::atomic<std::uint64_t>& size);

    struct Kept {
        std::uint64_t dropped{0};  // the oldest, for want of room
    };
    [[nodiscard]] Result<Kept> keep(std::span<const HeldRecord> records, std::uint64_t most);
    [[nodiscard]] Result<Page> list(const Filter& filter, std::optional<HeldId> before, std::size_t count);
    [[nodiscard]] Result<Page> oldest(const Filter& filter, std::optional<HeldId> after, std::size_t count);
    [[nodiscard]] Result<std::optional<HeldRecord>> find(const HeldId& id);
    [[nodiscard]] Result<std::uint64_t> remove(std::span<const HeldId> ids);
    /// `where`: SQL, without values.
    [[nodiscard]] Result<std::uint64_t> remove(const std::string& where);
    /// Takes out of the files what was deleted and SQLite has not overwritten.
    [[nodiscard]] Result<void> clean() { return connection_.compact(); }

    [[nodiscard]] const std::map<ShardId, std::uint64_t>& positions() const { return positions_; }

private:
    /// Of those that `where` chooses; `total` counts those that `all` does.
    [[nodiscard]] Result<Page> page(const std::string& all, const std::string& where, const char* order,
                                    std::size_t count);
    [[nodiscard]] std::uint64_t count(const std::string& where);

    std::atomic<std::uint64_t>& size_;
    sqlite::Connection connection_;
    sqlite::Statement insert_;
    sqlite::Statement set_position_;
    sqlite::Statement find_;
    sqlite::Statement remove_;
    sqlite::Statement remove_oldest_;
    std::map<ShardId, std::uint64_t> positions_;
};

/// The condition that a filter is, as SQL.
[[nodiscard]] std::string condition(const Filter& filter);

}  // namespace alleycat::quarantine
