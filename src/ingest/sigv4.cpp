#include "sigv4.hpp"

#include "api_signature.hpp"

#include <alleycat/core/sha256.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>

namespace alleycat::ingest {

namespace {

constexpr std::chrono::minutes kSkew{5};

/// "Credential=…, SignedHeaders=…, Signature=…", each empty where it is absent.
struct Authorization {
    std::string_view credential;
    std::string_view signed_headers;
    std::string_view signature;
};

Authorization parse_authorization(std::string_view header)
{
    Authorization made;
    const auto space = std::min(header.find(' '), header.size());
    if (header.substr(0, space) != kSignatureAlgorithm) {
        return made;
    }
    for (auto part : split(header.substr(space), ',')) {
        part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
        const auto equals = std::min(part.find('='), part.size());
        const auto name = part.substr(0, equals);
        const auto value = part.substr(std::min(equals + 1, part.size()));
        if (name == "Credential") {
            made.credential = value;
        } else if (name == "SignedHeaders") {
            made.signed_headers = value;
        } else if (name == "Signature") {
            made.signature = value;
        }
    }
    return made;
}

std::optional<SignatureScope> parse_scope(std::string_view credential)
{
    const auto parts = split(credential, '/');
    if (parts.size() != 5 || parts[0].empty() || parts[4] != "aws4_request") {
        return std::nullopt;
    }
    return SignatureScope{parts[0], parts[1], parts[2], parts[3], credential.substr(parts[0].size() + 1)};
}

std::string basic_date(std::chrono::sys_seconds time)
{
    return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

/// "20150830T123600Z"
std::optional<std::chrono::sys_seconds> parse_basic_date(std::string_view text)
{
    const auto number = [text](std::size_t at, std::size_t digits) {
        unsigned value = 0;
        std::from_chars(text.data() + at, text.data() + at + digits, value);
        return value;
    };
    if (text.size() != 16) {
        return std::nullopt;
    }
    using namespace std::chrono;
    const year_month_day day{year(static_cast<int>(number(0, 4))), month(number(4, 2)), std::chrono::day(number(6, 2))};
    if (!day.ok()) {
        return std::nullopt;
    }
    const auto time =
        sys_seconds(sys_days(day)) + hours(number(9, 2)) + minutes(number(11, 2)) + seconds(number(13, 2));
    return basic_date(time) == text ? std::optional(time) : std::nullopt;
}

std::string_view date_header(const net::Request& request)
{
    const auto date = request.header("X-Amz-Date");
    return date.empty() ? request.header("Date") : date;
}

ApiError incomplete(std::string message)
{
    return {"IncompleteSignatureException", std::move(message)};
}

ApiError invalid(std::string message)
{
    return {"InvalidSignatureException", std::move(message)};
}

std::optional<ApiError> check_complete(const net::Request& request, const Authorization& authorization)
{
    std::string missing;
    const auto require = [&missing](std::string_view value, std::string_view name) {
        if (value.empty()) {
            missing.append("Authorization header requires '").append(name).append("' parameter. ");
        }
    };
    require(authorization.credential, "Credential");
    require(authorization.signature, "Signature");
    require(authorization.signed_headers, "SignedHeaders");
    if (date_header(request).empty()) {
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
    }
    if (missing.empty()) {
        return std::nullopt;
    }
    // Whatever is no signature may be a secret, and is not told back.
    const auto header = request.header("Authorization");
    return incomplete(
        missing + "Authorization=" + (header.starts_with(kSignatureAlgorithm) ? shown_bytes(header) : std::string()));
}

std::optional<ApiError> check_time(std::chrono::sys_seconds signed_at, std::chrono::sys_seconds now)
{
    if (signed_at < now - kSkew) {
        return invalid(fmt::format("Signature expired: {} is now earlier than {} ({} - 5 min.)", basic_date(signed_at),
                                   basic_date(now - kSkew), basic_date(now)));
    }
    if (signed_at > now + kSkew) {
        return invalid(fmt::format("Signature not yet current: {} is still later than {} ({} + 5 min.)",
                                   basic_date(signed_at), basic_date(now + kSkew), basic_date(now)));
    }
    return std::nullopt;
}

std::optional<ApiError> check_scope(const SignatureScope& scope, std::string_view service, std::string_view date)
{
    if (scope.service != service) {
        return invalid(fmt::format("Credential should be scoped to correct service: '{}'.", service));
    }
    if (scope.date != date.substr(0, scope.date.size()) || scope.date.size() != 8) {
        return invalid(
            fmt::format("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
                        "HTTP: '{}' != '{}', from '{}'.",
                        shown_bytes(scope.date), date.substr(0, 8), date));
    }
    return std::nullopt;
}

std::optional<ApiError> check_signed_headers(const net::Request& request, std::string_view signed_headers)
{
    const auto names = split(signed_headers, ';');
    const auto has = [&names](std::string_view name) { return std::ranges::find(names, name) != names.end(); };
    if (!has("host")) {
        return invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.");
    }
    const bool by_amz_date = !request.header("X-Amz-Date").empty();
    if (!has(by_amz_date ? "x-amz-date" : "date")) {
        return invalid(by_amz_date ? "'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization."
                                   : "'Date' must be a 'SignedHeader' in the AWS Authorization.");
    }
    if (!request.header("X-Amz-Target").empty() && !has("x-amz-target")) {
        return invalid("'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
    }
    return std::nullopt;
}

ApiError mismatch()
{
    return invalid(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.");
}

/// What a request says of its signature, taken apart.
struct Statement {
    Authorization authorization;
    SignatureScope scope;
    std::chrono::sys_seconds time;
};

ApiResult<Statement> parse_statement(const net::Request& request)
{
    const auto header = request.header("Authorization");
    if (header.empty()) {
        return ApiError{"MissingAuthenticationTokenException", "Missing Authentication Token"};
    }
    const auto authorization = parse_authorization(header);
    if (auto error = check_complete(request, authorization)) {
        return std::move(*error);
    }
    const auto scope = parse_scope(authorization.credential);
    if (!scope) {
        return incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
            shown_bytes(authorization.credential) + "'");
    }
    const auto date = date_header(request);
    auto time = parse_basic_date(date);
    if (!time) {
        time = net::parse_http_date(date);
    }
    if (!time) {
        return incomplete("Date must be in ISO-8601 'basic format'. Got '" + shown_bytes(date) +
                          "'. See http://en.wikipedia.org/wiki/ISO_8601");
    }
    return Statement{authorization, *scope, *time};
}

}  // namespace

std::optional<ApiError> check_signature(const net::Request& request, std::span<const AccessKey> keys,
                                        std::string_view service, std::chrono::sys_seconds now)
{
    const auto statement = parse_statement(request);
    if (!statement) {
        return statement.error();
    }
    const auto& [authorization, scope, time] = *statement;
    const auto date = basic_date(time);
    if (auto error = check_signed_headers(request, authorization.signed_headers)) {
        return error;
    }
    if (auto error = check_scope(scope, service, date)) {
        return error;
    }
    if (auto error = check_time(time, now)) {
        return error;
    }
    const auto key = std::ranges::find(keys, scope.id, &AccessKey::id);
    if (key == keys.end()) {
        return ApiError{"UnrecognizedClientException", "The security token included in the request is invalid."};
    }
    const auto stated_hash = request.header("X-Amz-Content-Sha256");
    if (!stated_hash.empty() && stated_hash != hex(sha256(request.body))) {
        return mismatch();
    }
    const auto right = signature(request, scope, authorization.signed_headers, date, key->secret);
    const auto given = authorization.signature;
    if (given.size() != right.size() || CRYPTO_memcmp(given.data(), right.data(), right.size()) != 0) {
        return mismatch();
    }
    return std::nullopt;
}

std::string region_of(const net::Request& request)
{
    const auto scope = parse_scope(parse_authorization(request.header("Authorization")).credential);
    const auto in_a_region = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
    };
    if (!scope || scope->region.empty() || scope->region.size() > 32 ||
        !std::ranges::all_of(scope->region, in_a_region)) {
        return "us-east-1";
    }
    return std::string(scope->region);
}

}  // namespace alleycat::ingest
