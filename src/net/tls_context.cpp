#include "tls_context.hpp"

#include <alleycat/net/http.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <stdexcept>

namespace alleycat::net {

namespace {

/// TLS 1.2's; those of 1.3 are all good. Forward secrecy and authenticated encryption, which every client of the last
/// ten years has.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

[[noreturn]] void refuse_file(const char* what, const std::filesystem::path& path, const std::string& why)
{
    ERR_clear_error();
    throw std::runtime_error(std::string(what) + " " + path.string() + ": " + why);
}

/// OpenSSL's own word for what went wrong first.
std::string openssl_reason()
{
    const auto* text = ERR_reason_error_string(ERR_peek_error());
    return text == nullptr ? "unknown" : text;
}

void require_readable(const char* what, const std::filesystem::path& path)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
    if (file == nullptr) {
        refuse_file(what, path, std::strerror(errno));
    }
    if (std::fgetc(file.get()) == EOF) {
        refuse_file(what, path, std::ferror(file.get()) != 0 ? std::strerror(errno) : "the file is empty");
    }
}

std::chrono::sys_seconds time_of(const ASN1_TIME* time)
{
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

/// Of the protocols that a client offers, HTTP/1.1 is spoken here and no other.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned offered_size, void*)
{
    static constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* found = nullptr;
    const auto result =
        SSL_select_next_proto(&found, chosen_size, kHttp11.data(), kHttp11.size(), offered, offered_size);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const
{
    SSL_CTX_free(context);
}

TlsContext::TlsContext(const TlsFiles& files) : context_(SSL_CTX_new(TLS_server_method())), name_(files.certificate)
{
    auto* context = context_.get();
    if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context, kCiphers) != 1) {
        throw std::runtime_error("TLS cannot be set up: " + openssl_reason());
    }
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);  // many small records with one system call
    // Sessions are resumed by tickets, which the client keeps: nothing here grows with those who came.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_alpn_select_cb(context, &choose_protocol, nullptr);
    use_certificate(files.certificate);
    use_key(files);
}

void TlsContext::use_certificate(const std::filesystem::path& path)
{
    constexpr const char* kWhat = "certificate";
    require_readable(kWhat, path);
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context_.get(), path.c_str()) != 1) {
        const auto code = ERR_peek_error();
        const bool no_pem = ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
        refuse_file(kWhat, path, no_pem ? "holds no certificate in PEM" : "cannot be used: " + openssl_reason());
    }
    const auto* own = SSL_CTX_get0_certificate(context_.get());
    begins_ = time_of(X509_get0_notBefore(own));
    expires_ = time_of(X509_get0_notAfter(own));
}

void TlsContext::use_key(const TlsFiles& files)
{
    constexpr const char* kWhat = "key";
    require_readable(kWhat, files.key);
    ERR_clear_error();
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(files.key.c_str(), "rb"), &std::fclose);
    bool asked_for_passphrase = false;
    const auto no_passphrase = [](char*, int, int, void* asked) {
        *static_cast<bool*>(asked) = true;
        return -1;
    };
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
        file == nullptr ? nullptr : PEM_read_PrivateKey(file.get(), nullptr, no_passphrase, &asked_for_passphrase),
        &EVP_PKEY_free);
    if (key == nullptr) {
        refuse_file(kWhat, files.key,
                    asked_for_passphrase ? "is protected by a passphrase; it must be stored without one"
                                         : "holds no private key in PEM");
    }
    if (X509_check_private_key(SSL_CTX_get0_certificate(context_.get()), key.get()) != 1) {
        refuse_file(kWhat, files.key, "does not belong to the certificate " + name_);
    }
    if (SSL_CTX_use_PrivateKey(context_.get(), key.get()) != 1) {
        refuse_file(kWhat, files.key, "cannot be used: " + openssl_reason());
    }
}

std::string TlsContext::doubt(std::chrono::system_clock::time_point now) const
{
    if (now >= expires_) {
        return "certificate " + name_ + ": it expired on " + http_date(expires_);
    }
    return now < begins_ ? "certificate " + name_ + ": it begins only on " + http_date(begins_) : std::string();
}

}  // namespace alleycat::net
