#include <alleycat/core/base64.hpp>

#include <openssl/evp.h>

#include <algorithm>

namespace alleycat {

namespace {

constexpr std::size_t kGroupsAtOnce = std::size_t{1} << 24;  // OpenSSL counts in int

unsigned char* bytes_at(std::string& text, std::size_t at)
{
    return reinterpret_cast<unsigned char*>(text.data()) + at;
}

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_letter(char letter)
{
    return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
           letter == '+' || letter == '/';
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes)
{
    auto at = out.size();
    out.resize(at + (bytes.size() + 2) / 3 * 4 + 1);  // OpenSSL ends it with a zero
    while (!bytes.empty()) {
        const auto part = bytes.substr(0, 3 * kGroupsAtOnce);
        at +=
            static_cast<std::size_t>(EVP_EncodeBlock(bytes_at(out, at), bytes_of(part), static_cast<int>(part.size())));
        bytes.remove_prefix(part.size());
    }
    out.resize(at);
}

bool append_decoded_base64(std::string& out, std::string_view text)
{
    const auto begin = out.size();
    // OpenSSL forgives white space around the text, and padding inside it.
    const auto padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
    const auto letters = text.substr(0, text.size() - padding);
    if (text.size() % 4 != 0 || (!letters.empty() && !(is_letter(letters.front()) && is_letter(letters.back()))) ||
        letters.find('=') != std::string_view::npos) {
        return false;
    }
    auto at = begin;
    out.resize(begin + text.size() / 4 * 3);
    while (!text.empty()) {
        const auto part = text.substr(0, 4 * kGroupsAtOnce);
        const auto size = static_cast<int>(part.size() / 4 * 3);
        if (EVP_DecodeBlock(bytes_at(out, at), bytes_of(part), static_cast<int>(part.size())) != size) {
            out.resize(begin);
            return false;
        }
        at += static_cast<std::size_t>(size);
        text.remove_prefix(part.size());
    }
    out.resize(at - padding);
    return true;
}

}  // namespace alleycat
