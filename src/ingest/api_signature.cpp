#include "api_signature.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace alleycat::ingest {

namespace {

using Hash = std::array<unsigned char, 32>;

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex(const Hash& hash)
{
    std::string text;
    for (const auto byte : hash) {
        fmt::format_to(std::back_inserter(text), "{:02x}", byte);
    }
    return text;
}

Hash sha256(std::string_view text)
{
    Hash hash{};
    if (EVP_Digest(text.data(), text.size(), hash.data(), nullptr, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("OpenSSL could not compute a SHA-256");
    }
    return hash;
}

Hash hmac(std::string_view key, std::string_view text)
{
    Hash hash{};
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), hash.data(),
             nullptr) == nullptr) {
        throw std::runtime_error("OpenSSL could not compute an HMAC");
    }
    return hash;
}

Hash hmac(const Hash& key, std::string_view text)
{
    return hmac(std::string_view(reinterpret_cast<const char*>(key.data()), key.size()), text);
}

void append_uri_encoded(std::string& out, std::string_view text, std::string_view also_plain)
{
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool plain = (byte < 0x80 && std::isalnum(byte) != 0) ||
                           std::string_view("-_.~").find(letter) != std::string_view::npos ||
                           also_plain.find(letter) != std::string_view::npos;
        if (plain) {
            out.push_back(letter);
        } else {
            fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
        }
    }
}

std::string canonical_query(std::string_view query)
{
    std::vector<std::pair<std::string, std::string>> parameters;
    for (const auto part : split(query, '&')) {
        const auto equals = std::min(part.find('='), part.size());
        std::pair<std::string, std::string> parameter;
        const auto name = part.substr(0, equals);
        const auto value = part.substr(std::min(equals + 1, part.size()));
        append_uri_encoded(parameter.first, net::percent_decoded(name, false).value_or(std::string(name)), "");
        append_uri_encoded(parameter.second, net::percent_decoded(value, false).value_or(std::string(value)), "");
        if (!part.empty()) {
            parameters.push_back(std::move(parameter));
        }
    }
    std::sort(parameters.begin(), parameters.end());
    std::string text;
    for (const auto& [name, value] : parameters) {
        text.append(text.empty() ? "" : "&").append(name).append("=").append(value);
    }
    return text;
}

/// Without space around it, and one space where there were several.
void append_header_value(std::string& out, std::string_view value)
{
    const auto begin = out.size();
    for (const char letter : value) {
        const bool space = letter == ' ' || letter == '\t';
        if (!space) {
            out.push_back(letter);
        } else if (out.size() > begin && out.back() != ' ') {
            out.push_back(' ');
        }
    }
    if (out.size() > begin && out.back() == ' ') {
        out.pop_back();
    }
}

std::string canonical_request(const net::Request& request, std::string_view signed_headers)
{
    const auto question = std::min(request.target.find('?'), request.target.size());
    std::string text(request.method);
    append_uri_encoded(text.append("\n"), request.target.substr(0, question), "/");
    text.append("\n");
    text.append(canonical_query(request.target.substr(std::min(question + 1, request.target.size()))));
    text.append("\n");
    for (const auto name : split(signed_headers, ';')) {
        append_header_value(text.append(name).append(":"), request.header(name));
        text.append("\n");
    }
    return text.append("\n").append(signed_headers).append("\n").append(sha256_text(request.body));
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = std::min(text.find(separator), text.size());
        parts.push_back(text.substr(0, end));
        if (end == text.size()) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::string sha256_text(std::string_view bytes)
{
    return hex(sha256(bytes));
}

std::string signature(const net::Request& request, const SignatureScope& scope, std::string_view signed_headers,
                      std::string_view date, std::string_view secret)
{
    std::string text(kSignatureAlgorithm);
    text.append("\n").append(date).append("\n").append(scope.text).append("\n");
    text.append(sha256_text(canonical_request(request, signed_headers)));
    auto key = hmac(std::string("AWS4").append(secret), scope.date);
    for (const auto part : {scope.region, scope.service, std::string_view("aws4_request")}) {
        key = hmac(key, part);
    }
    return hex(hmac(key, text));
}

}  // namespace alleycat::ingest
