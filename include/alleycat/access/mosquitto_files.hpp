#pragma once

#include <alleycat/access/token_store.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace alleycat::access {

/// What Mosquitto needs to know to keep bikes apart: its password_file and acl_file.
struct MosquittoFiles {
    /// A topic filter that records come in by.
    struct Source {
        std::string filter;  ///< such as "alleycat-publish" or "bikes/+/+"
        /// The level, from 1 on, that is the racer's id: a bike may publish there with its own id in that place. 0:
        /// none, then only below the filter, on "<filter>/<racerId>".
        std::size_t racer_level{0};
        bool bikes{true};  ///< false: only who may send for every racer writes there
    };
    std::filesystem::path directory;  ///< for "passwords" and "acl"; made where it is absent
    std::string daemon_user;          ///< our own name at the broker
    std::string daemon_password;
    std::vector<Source> sources;
    /// Topics that we publish on and anybody with a token may read; empty ones are passed over.
    std::vector<std::string> published;
};

/// The access control list: our own user reads and writes everything; a bike writes its own topics only; a studio
/// and an administrator write all sources. Everybody reads what is published, and nobody else writes
/// it. Tokens that have expired are left out.
[[nodiscard]] std::string mosquitto_acl(const MosquittoFiles& files, const std::vector<StoredToken>& tokens,
                                        std::int64_t now_ms);

/// Writes both files, each replaced as a whole, readable by their owner and by their directory's group. A user's name
/// is the id of the token, the password the token.
/// Errors: the system's.
[[nodiscard]] Result<void> write_mosquitto_files(const MosquittoFiles& files, const std::vector<StoredToken>& tokens,
                                                 std::int64_t now_ms);

/// As Mosquitto's password file holds a password: PBKDF2 with HMAC-SHA-512, 101 rounds, a random salt, written
/// "$7$101$<salt>$<hash>" in base64 (mosquitto_passwd(1)).
[[nodiscard]] std::string mosquitto_password(std::string_view password);

}  // namespace alleycat::access
