#include "config_access_keys.hpp"

#include "config_units.hpp"

#include <algorithm>

namespace alleycat::app {

namespace {

constexpr std::string_view kAllowedKeys =
    "a list of ID:SECRET, such as \"gym:long-secret,club:other-secret\", each id once, of 1 to 128 letters, digits, "
    "'_' or '-', each secret of 16 to 128 characters from '!' to '~' but no comma";

bool is_id(std::string_view id)
{
    static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    return !id.empty() && id.size() <= 128 && id.find_first_not_of(kLetters) == std::string_view::npos;
}

bool is_secret(std::string_view secret)
{
    return secret.size() >= 16 && secret.size() <= 128 &&
           std::ranges::all_of(secret, [](char letter) { return letter > ' ' && letter <= '~'; });
}

/// The complaint does not repeat the value: it may hold a secret.
std::variant<std::vector<AccessKey>, Complaint> read(const Value& value)
{
    const Complaint refused{"must be " + std::string(kAllowedKeys)};
    if (value.form != Value::Form::Word && value.form != Value::Form::String) {
        return refused;
    }
    std::vector<AccessKey> keys;
    for (std::size_t at = 0; at < value.text.size();) {
        const auto end = std::min(value.text.find(',', at), value.text.size());
        const auto entry = value.text.substr(at, end - at);
        const auto colon = entry.find(':');
        if (colon == std::string::npos) {
            return refused;
        }
        AccessKey key{entry.substr(0, colon), entry.substr(colon + 1)};
        if (!is_id(key.id) || !is_secret(key.secret) || std::ranges::count(keys, key.id, &AccessKey::id) != 0) {
            return refused;
        }
        keys.push_back(std::move(key));
        at = end + 1;
    }
    return keys;
}

}  // namespace

Kind<std::vector<AccessKey>> access_key_list()
{
    return {"ID:SECRET,...", std::string(kAllowedKeys), read, [](const std::vector<AccessKey>& keys) {
                std::string list;
                for (const auto& key : keys) {
                    list += (list.empty() ? "" : ",") + key.id + ":" + key.secret;
                }
                return quote(list);
            }};
}

}  // namespace alleycat::app
