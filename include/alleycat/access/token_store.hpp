#pragma once

#include <alleycat/access/identity.hpp>
#include <alleycat/core/error.hpp>
#include <alleycat/core/sha256.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::access {

/// SHA-256 of a token. A token holds 256 random bits, so nobody finds one by trying: no slow hash is needed.
using TokenHash = Sha256;

struct StoredToken {
    Identity identity;
    TokenHash hash{};
    std::string broker_password;  ///< the token as Mosquitto's password file holds it: "$7$101$<salt>$<hash>"
    std::string note;
    std::int64_t made_ms{0};                 ///< ms since the epoch
    std::optional<std::int64_t> expires_ms;  ///< from then on it is worth nothing

    bool operator==(const StoredToken&) const = default;
};

/// The tokens of a data directory: `access.db`, readable by its owner only. The daemon reads it while `alleycatd token`
/// writes it.
///
/// Thread:     one owner; each process and thread opens its own.
/// Durability: what add() and revoke() return has been written, and survives power loss.
/// Errors:     the system's where SQLite names one, else CorruptFile or EIO.
class TokenStore {
public:
    /// Makes the database (mode 0600) where it is absent; root makes it for the directory's owner. Throws
    /// std::runtime_error with one line that names the file and what is wrong.
    explicit TokenStore(const std::filesystem::path& path);
    ~TokenStore();

    struct Wanted {
        Role role{Role::Viewer};
        std::optional<RacerId> racer;  ///< required of a bike, and of nobody else
        std::string note;              ///< UTF-8, at most kMaxNoteBytes
        std::optional<std::int64_t> expires_ms;
    };
    struct Made {
        std::string id;
        std::string token;  ///< shown this once: only its hash is kept
    };
    /// `wanted` is as it must be: whoever asks has checked it.
    [[nodiscard]] Result<Made> add(const Wanted& wanted, std::int64_t now_ms);
    /// Whether there was such a token.
    [[nodiscard]] Result<bool> revoke(std::string_view id);
    /// By age, expired ones too.
    [[nodiscard]] Result<std::vector<StoredToken>> list() const;
    /// Another number whenever another connection has written; what this one writes does not count. Cheap enough to be
    /// asked once a second.
    [[nodiscard]] Result<std::int64_t> version() const;

    /// What is wrong with the database, a line each; empty where nothing is. Only reads, also beside a daemon. Throws
    /// as the constructor does.
    [[nodiscard]] static std::vector<std::string> check(const std::filesystem::path& path);

    static constexpr std::size_t kMaxNoteBytes = 200;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// 256 random bits in base64url (RFC 4648, 5): 43 letters. Throws std::runtime_error where the system has none.
[[nodiscard]] std::string random_secret();

/// A token: "alleycat_", 8 small letters and digits that name it, "_", and 43 of base64url (RFC 4648, 5) for 256 random
/// bits. The name in it, none where `token` is not of that form.
[[nodiscard]] std::optional<std::string_view> token_id(std::string_view token);

}  // namespace alleycat::access
