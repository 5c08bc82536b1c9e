#pragma once

#include <alleycat/net/tls_files.hpp>

#include <chrono>
#include <memory>
#include <string>

struct ssl_ctx_st;

namespace alleycat::net {

/// A certificate with its key, and how connections use it. Connections keep what they began with.
class TlsContext {
public:
    /// Reads the files. Throws std::runtime_error with one line that names the file and what is wrong with it.
    explicit TlsContext(const TlsFiles& files);

    [[nodiscard]] ssl_ctx_st& handle() const { return *context_; }
    [[nodiscard]] std::chrono::sys_seconds expires() const { return expires_; }
    /// What clients will not like about the certificate at `now`; empty where that is nothing.
    [[nodiscard]] std::string doubt(std::chrono::system_clock::time_point now) const;

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };

    void use_certificate(const std::filesystem::path& path);
    void use_key(const TlsFiles& files);

    std::unique_ptr<ssl_ctx_st, Free> context_;
    std::string name_;  // of the certificate's file
    std::chrono::sys_seconds begins_{};
    std::chrono::sys_seconds expires_{};
};

}  // namespace alleycat::net
