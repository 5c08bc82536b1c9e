#pragma once

#include <filesystem>

namespace alleycat::net {

/// What a TLS listener shows its clients, as PEM files.
struct TlsFiles {
    std::filesystem::path certificate;  ///< the server's own, then those between it and the authority
    std::filesystem::path key;          ///< its private key, without a passphrase
};

}  // namespace alleycat::net
