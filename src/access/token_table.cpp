#include "token.hpp"

#include <alleycat/access/token_table.hpp>

#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>

namespace alleycat::access {

namespace {

bool is_good(const StoredToken& token, std::int64_t now_ms)
{
    return !token.expires_ms || now_ms < *token.expires_ms;
}

}  // namespace

TokenTable::TokenTable(const std::filesystem::path& path) : path_(path), store_(path)
{
    if (const auto read = take_over(); !read) {
        throw std::runtime_error(path.string() + ": the tokens cannot be read: " + read.error().message());
    }
}

/// The version is asked for first: what changes behind it is seen the next time.
Result<bool> TokenTable::take_over()
{
    const auto version = store_.version();
    if (!version) {
        return {boost::system::in_place_error, version.error()};
    }
    if (version_ == *version) {
        return false;
    }
    auto list = store_.list();
    if (!list) {
        return {boost::system::in_place_error, list.error()};
    }
    std::unordered_map<std::string, StoredToken> tokens;
    for (auto& token : *list) {
        auto id = token.identity.id;
        tokens.emplace(std::move(id), std::move(token));
    }
    version_ = *version;
    if (tokens == tokens_) {
        return false;  // the file was only tidied up
    }
    tokens_ = std::move(tokens);
    return true;
}

bool TokenTable::refresh()
{
    const auto changed = take_over();
    if (!changed && !unreadable_) {
        spdlog::error("{}: the tokens cannot be read, those known remain good: {}", path_.string(),
                      changed.error().message());
    }
    unreadable_ = !changed;
    return changed && *changed;
}

std::optional<Identity> TokenTable::find(std::string_view token, std::int64_t now_ms) const
{
    static constexpr TokenHash kNobodys{};
    const auto hash = hash_of(token);
    const auto found = tokens_.find(std::string(token_id(token).value_or("")));
    const bool known = found != tokens_.end();
    const bool same = CRYPTO_memcmp(hash.data(), (known ? found->second.hash : kNobodys).data(), hash.size()) == 0;
    if (!known || !same || !is_good(found->second, now_ms)) {
        return std::nullopt;
    }
    return found->second.identity;
}

bool TokenTable::holds(const Identity& identity, std::int64_t now_ms) const
{
    const auto found = tokens_.find(identity.id);
    return found != tokens_.end() && found->second.identity == identity && is_good(found->second, now_ms);
}

bool TokenTable::expires_between(std::int64_t after_ms, std::int64_t until_ms) const
{
    return std::ranges::any_of(tokens_, [&](const auto& entry) {
        const auto& expires = entry.second.expires_ms;
        return expires && after_ms < *expires && *expires <= until_ms;
    });
}

std::vector<StoredToken> TokenTable::all() const
{
    std::vector<StoredToken> all;
    for (const auto& [id, token] : tokens_) {
        all.push_back(token);
    }
    std::ranges::sort(all, {}, [](const StoredToken& token) { return std::pair(token.made_ms, token.identity.id); });
    return all;
}

}  // namespace alleycat::access
