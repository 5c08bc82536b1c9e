#include "token_commands.hpp"

#include "config_units.hpp"
#include "room_options.hpp"

#include <alleycat/access/token_store.hpp>
#include <alleycat/core/directory.hpp>
#include <alleycat/core/json_text.hpp>
#include <alleycat/core/whole_number.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace alleycat::app {

namespace {

using access::Identity;
using access::Role;
using access::StoredToken;
using access::TokenStore;

constexpr std::int64_t kDayMs = 24 * 3600 * 1000;
constexpr std::int64_t kMostDays = 36'500;

Said misunderstood(std::string text)
{
    return {kConfigurationError, {}, text.append("\n")};
}

[[noreturn]] void fail(const Config& config, const boost::system::error_code& error)
{
    throw std::runtime_error(tokens_path(config).string() + ": " + error.message());
}

/// "30d", or what the configuration takes for a duration; more than nothing, and at most a hundred years.
std::optional<std::int64_t> parse_lifetime(std::string_view text)
{
    std::optional<std::int64_t> ms;
    if (text.ends_with('d')) {
        const auto days = parse_whole<std::int64_t>(text.substr(0, text.size() - 1));
        ms = days && *days <= kMostDays ? std::optional(*days * kDayMs) : std::nullopt;
    } else if (const auto duration = parse_duration(text)) {
        ms = duration->count();
    }
    return ms && *ms > 0 && *ms <= kMostDays * kDayMs ? ms : std::nullopt;
}

/// It is shown on terminals, a line a token.
bool is_note(const std::string& note)
{
    const auto is_control = [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; };
    return note.size() <= TokenStore::kMaxNoteBytes && count_characters(note) && std::ranges::none_of(note, is_control);
}

std::variant<TokenStore::Wanted, Said> read(const TokenRequest& request, std::int64_t now_ms)
{
    TokenStore::Wanted wanted;
    const auto role = access::parse_role(request.role);
    if (!role) {
        return misunderstood("--role: must be bike, studio, viewer or administrator");
    }
    wanted.role = *role;
    if ((*role == Role::Bike) != request.racer.has_value()) {
        return misunderstood(*role == Role::Bike ? "--racer: a bike must have the id of its racer"
                                                 : "--racer: only a bike is of one racer");
    }
    if (request.racer) {
        if (*request.racer > static_cast<std::uint64_t>(kMaxJsonInteger)) {
            return misunderstood(fmt::format("--racer: must be a whole number from 0 to {}", kMaxJsonInteger));
        }
        wanted.racer = RacerId{*request.racer};
    }
    if (!is_note(request.note)) {
        return misunderstood(
            fmt::format("--note: must be one line of at most {} bytes of UTF-8", TokenStore::kMaxNoteBytes));
    }
    wanted.note = request.note;
    if (!request.expires.empty()) {
        const auto lifetime = parse_lifetime(request.expires);
        if (!lifetime) {
            return misunderstood("--expires: must be a time from now such as 90m, 12h or 30d");
        }
        wanted.expires_ms = now_ms + *lifetime;
    }
    return wanted;
}

std::string minute_of(std::int64_t ms)
{
    const std::time_t seconds = ms / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%MZ", &parts)};
}

std::string shown(const Identity& identity)
{
    return identity.racer ? fmt::format("{} {}", name(identity.role), raw(*identity.racer))
                          : std::string(name(identity.role));
}

/// The members of a token that are no secret, without braces.
std::string json_members(const StoredToken& token)
{
    auto text = fmt::format(R"("id":"{}","role":"{}")", token.identity.id, name(token.identity.role));
    if (token.identity.racer) {
        text += fmt::format(R"(,"racerId":{})", raw(*token.identity.racer));
    }
    append_string(text.append(R"(,"note":)"), token.note);
    text += fmt::format(R"(,"madeMs":{})", token.made_ms);
    if (token.expires_ms) {
        text += fmt::format(R"(,"expiresMs":{})", *token.expires_ms);
    }
    return text;
}

std::string advice(const Config& config, const StoredToken& token)
{
    const auto& id = token.identity.id;
    auto text = fmt::format(
        "This is shown only once: token {}, {}{}.\n"
        "  HTTP and WebSocket: Authorization: Bearer <token>, or the first message {{\"type\":\"auth\",\"token\":…}}\n"
        "  MQTT: user {}, the token is the password\n"
        "  To take it back: alleycatd token revoke {}\n",
        id, shown(token.identity), token.expires_ms ? ", good until " + minute_of(*token.expires_ms) : "", id, id);
    if (config.auth.mode == AuthMode::None) {
        text += "Nobody asks for tokens yet: auth.mode is \"none\".\n";
    }
    return text;
}

}  // namespace

int say(const Said& said)
{
    std::fwrite(said.out.data(), 1, said.out.size(), stdout);
    std::fflush(stdout);  // first, where both go to the same place
    std::fwrite(said.error.data(), 1, said.error.size(), stderr);
    return said.code;
}

Said token_add(const Config& config, const TokenRequest& request, bool json, std::int64_t now_ms)
{
    const auto wanted = read(request, now_ms);
    if (const auto* wrong = std::get_if<Said>(&wanted)) {
        return *wrong;
    }
    if (const auto made = make_directory(config.storage.directory); !made) {
        throw std::runtime_error(config.storage.directory.string() + ": " + made.error().message());
    }
    const auto& [role, racer, note, expires_ms] = std::get<TokenStore::Wanted>(wanted);
    const auto made = TokenStore(tokens_path(config)).add(std::get<TokenStore::Wanted>(wanted), now_ms);
    if (!made) {
        fail(config, made.error());
    }
    const StoredToken token{{made->id, role, racer}, {}, {}, note, now_ms, expires_ms};
    if (json) {
        return {0, fmt::format("{{{},\"token\":\"{}\"}}\n", json_members(token), made->token), {}};
    }
    return {0, made->token + "\n", advice(config, token)};
}

Said token_list(const Config& config, bool json, std::int64_t now_ms)
{
    if (!std::filesystem::exists(tokens_path(config))) {
        return {};  // nobody has made any
    }
    const auto tokens = TokenStore(tokens_path(config)).list();
    if (!tokens) {
        fail(config, tokens.error());
    }
    Said said;
    for (const auto& token : *tokens) {
        if (json) {
            said.out += "{" + json_members(token) + "}\n";
            continue;
        }
        const bool over = token.expires_ms && *token.expires_ms <= now_ms;
        const auto end = !token.expires_ms ? "for ever" : (over ? "expired " : "until ") + minute_of(*token.expires_ms);
        const auto note = token.note.empty() ? std::string() : fmt::format("  \"{}\"", token.note);
        said.out += fmt::format("{}  {:<24}  made {}  {}{}\n", token.identity.id, shown(token.identity),
                                minute_of(token.made_ms), end, note);
    }
    return said;
}

Said token_revoke(const Config& config, const std::string& id)
{
    const std::string named(access::token_id(id).value_or(id));
    bool known = false;
    if (std::filesystem::exists(tokens_path(config))) {
        const auto revoked = TokenStore(tokens_path(config)).revoke(named);
        if (!revoked) {
            fail(config, revoked.error());
        }
        known = *revoked;
    }
    return known ? Said{0, named + " is revoked\n", {}}
                 : Said{1, {}, "there is no such token; alleycatd token list names them all\n"};
}

}  // namespace alleycat::app
