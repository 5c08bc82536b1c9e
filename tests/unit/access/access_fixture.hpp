#pragma once

#include "temporary_directory.hpp"

#include <alleycat/access/token_store.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace alleycat::access {

inline constexpr std::int64_t kNow = 1'700'000'000'000;  // ms since the epoch

/// A database of tokens, as `alleycatd token` writes it beside a daemon.
struct TokensFixture {
    TemporaryDirectory directory;
    std::filesystem::path path = directory.path() / "access.db";
    TokenStore store{path};

    TokenStore::Made add(Role role, std::optional<std::uint64_t> racer = std::nullopt,
                         std::optional<std::int64_t> expires_ms = std::nullopt, std::string note = "")
    {
        TokenStore::Wanted wanted{role, std::nullopt, std::move(note), expires_ms};
        if (racer) {
            wanted.racer = RacerId{*racer};
        }
        return store.add(wanted, kNow).value();
    }
};

inline std::string read_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::filesystem::perms mode_of(const std::filesystem::path& path)
{
    return std::filesystem::status(path).permissions();
}

}  // namespace alleycat::access
