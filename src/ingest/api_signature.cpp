#include "api_signature.hpp"

#include <alleycat/core/sha256.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace alleycat::ingest {

namespace {

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
    return text.append("\n").append(signed_headers).append("\n").append(hex(sha256(request.body)));
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

std::string signature(const net::Request& request, const SignatureScope& scope, std::string_view signed_headers,
                      std::string_view date, std::string_view secret)
{
    std::string text(kSignatureAlgorithm);
    text.append("\n").append(date).append("\n").append(scope.text).append("\n");
    text.append(hex(sha256(canonical_request(request, signed_headers))));
    auto key = hmac_sha256(std::string("AWS4").append(secret), scope.date);
    for (const auto part : {scope.region, scope.service, std::string_view("aws4_request")}) {
        key = hmac_sha256(bytes_of(key), part);
    }
    return hex(hmac_sha256(bytes_of(key), text));
}

}  // namespace alleycat::ingest
