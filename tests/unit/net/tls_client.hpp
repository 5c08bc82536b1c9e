#pragma once

#include "server_thread.hpp"
#include "temporary_directory.hpp"

#include <alleycat/net/tls_files.hpp>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace alleycat::net {

/// A certificate that vouches for itself, with its key, in files of a temporary directory.
class TestCertificate {
public:
    static constexpr long kDay = 24 * 60 * 60;

    /// `name`: of the server; `begins` and `ends`: seconds from now.
    explicit TestCertificate(const std::string& name = "alleycat.test", long begins = -kDay, long ends = kDay)
        : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), certificate_(X509_new(), &X509_free)
    {
        auto* made = certificate_.get();
        ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
        X509_gmtime_adj(X509_getm_notBefore(made), begins);
        X509_gmtime_adj(X509_getm_notAfter(made), ends);
        auto* subject = X509_get_subject_name(made);
        const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0);
        X509_set_issuer_name(made, subject);
        X509_set_pubkey(made, key_.get());
        if (X509_sign(made, key_.get(), EVP_sha256()) == 0) {
            throw std::runtime_error("no certificate");
        }
        files_.certificate = directory_.path() / "certificate.pem";
        files_.key = directory_.path() / "key.pem";
        write(files_.certificate, [made](std::FILE* file) { PEM_write_X509(file, made); });
        write(files_.key, [this](std::FILE* file) {
            PEM_write_PrivateKey(file, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    }

    [[nodiscard]] const TlsFiles& files() const { return files_; }
    [[nodiscard]] const TemporaryDirectory& directory() const { return directory_; }
    /// The same key, behind a passphrase.
    void protect_key() const
    {
        write(files_.key, [this](std::FILE* file) {
            const auto* passphrase = reinterpret_cast<const unsigned char*>("secret");
            PEM_write_PrivateKey(file, key_.get(), EVP_aes_128_cbc(), passphrase, 6, nullptr, nullptr);
        });
    }

private:
    template <class Write>
    static void write(const std::filesystem::path& path, Write write_to)
    {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), &std::fclose);
        write_to(file.get());
    }

    TemporaryDirectory directory_;
    TlsFiles files_;
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
    std::unique_ptr<X509, void (*)(X509*)> certificate_;
};

/// What a client of TLS may do otherwise.
struct TlsClientOptions {
    int max_version{TLS1_3_VERSION};
    std::string protocols;  // as ALPN writes them: each behind its length
};

/// TLS over a blocking socket, the client's side. It trusts everybody.
class TlsWire final : public Wire {
public:
    TlsWire(int connected, const TlsClientOptions& options)
        : Wire(connected), context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free), tls_(nullptr, &SSL_free)
    {
        SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
        SSL_CTX_set_security_level(context_.get(), 0);  // so that it is the server that refuses what is old
        SSL_CTX_set_mode(context_.get(), SSL_MODE_AUTO_RETRY);
        tls_.reset(SSL_new(context_.get()));
        SSL_set_fd(tls_.get(), connected);
        const auto* protocols = reinterpret_cast<const unsigned char*>(options.protocols.data());
        SSL_set_alpn_protos(tls_.get(), protocols, static_cast<unsigned>(options.protocols.size()));
        ERR_clear_error();
        if (SSL_connect(tls_.get()) != 1) {
            const auto* reason = ERR_reason_error_string(ERR_peek_last_error());
            throw std::runtime_error(std::string("no TLS: ") + (reason == nullptr ? "unknown" : reason));
        }
    }

    [[nodiscard]] ssize_t send(std::string_view bytes) override
    {
        return SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
    }
    /// 0 only for an end that the server announced.
    [[nodiscard]] ssize_t receive(char* room, std::size_t size) override
    {
        ERR_clear_error();
        const auto received = SSL_read(tls_.get(), room, static_cast<int>(size));
        return received > 0 ? received : SSL_get_error(tls_.get(), received) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
    }
    void end_sending() override { SSL_shutdown(tls_.get()); }

    [[nodiscard]] std::string version() const { return SSL_get_version(tls_.get()); }
    [[nodiscard]] std::string cipher() const { return SSL_get_cipher(tls_.get()); }
    [[nodiscard]] std::string protocol() const
    {
        const unsigned char* chosen = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(tls_.get(), &chosen, &size);
        return {reinterpret_cast<const char*>(chosen), size};
    }
    /// Of the server's certificate.
    [[nodiscard]] std::string name() const
    {
        char text[100] = "";
        auto* subject = X509_get_subject_name(SSL_get0_peer_certificate(tls_.get()));
        X509_NAME_get_text_by_NID(subject, NID_commonName, text, sizeof text);
        return text;
    }

private:
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
    std::unique_ptr<SSL, void (*)(SSL*)> tls_;
};

/// `look`: where the wire is to be seen, which lives as long as its client.
inline WireMaker tls_wire(TlsClientOptions options = {}, TlsWire** look = nullptr)
{
    return [options = std::move(options), look](int socket) {
        auto wire = std::make_unique<TlsWire>(socket, options);
        if (look != nullptr) {
            *look = wire.get();
        }
        return wire;
    };
}

inline HttpServer::Options with_tls(const TestCertificate& certificate, HttpServer::Options options = {})
{
    options.tls = certificate.files();
    return options;
}

}  // namespace alleycat::net
