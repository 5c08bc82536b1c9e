#pragma once

#include <alleycat/access/token_store.hpp>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace alleycat::access {

/// The tokens in memory, so that asking costs a look-up and one SHA-256.
///
/// Thread: the network thread.
class TokenTable {
public:
    /// Reads the tokens. Throws as TokenStore does.
    explicit TokenTable(const std::filesystem::path& path);

    /// Takes over what another connection has changed in the file since; true where something has. Called about once a
    /// second. A file that cannot be read is logged, once, and what is known remains.
    bool refresh();

    /// Whose token it is; none where nobody has it, or it has expired. Compares in constant time.
    [[nodiscard]] std::optional<Identity> find(std::string_view token, std::int64_t now_ms) const;
    /// Whether that token is still good.
    [[nodiscard]] bool holds(const Identity& identity, std::int64_t now_ms) const;
    /// Whether a token has come to its end behind the one time, up to the other.
    [[nodiscard]] bool expires_between(std::int64_t after_ms, std::int64_t until_ms) const;

    /// By age, expired ones too.
    [[nodiscard]] std::vector<StoredToken> all() const;

private:
    [[nodiscard]] Result<bool> take_over();

    const std::filesystem::path path_;
    TokenStore store_;
    std::optional<std::int64_t> version_;                  // that tokens_ are of
    std::unordered_map<std::string, StoredToken> tokens_;  // by id
    bool unreadable_{false};                               // said so already
};

}  // namespace alleycat::access
