#include "request_header.hpp"

#include <algorithm>
#include <array>

namespace alleycat::net {

namespace {

constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kMaxLengthDigits = 18;  // of a Content-Length: what fits 63 bits

char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string_view without_blanks(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A field name's letters (RFC 9110, 5.6.2).
bool is_token(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
        const auto low = lower(letter);
        return (low >= 'a' && low <= 'z') || (letter >= '0' && letter <= '9') ||
               (letter != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos);
    });
}

bool is_length(std::string_view text)
{
    return !text.empty() && text.size() <= kMaxLengthDigits &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// What tells where a request ends and whom it is for.
struct Framing {
    std::size_t hosts{0};
    std::size_t lengths{0};
    std::size_t encodings{0};
    bool bad_length{false};
    bool unknown_encoding{false};

    void add(std::string_view name, std::string_view value)
    {
        if (same_word(name, "host")) {
            ++hosts;
        } else if (same_word(name, "content-length")) {
            ++lengths;
            bad_length = bad_length || !is_length(value);
        } else if (same_word(name, "transfer-encoding")) {
            ++encodings;
            unknown_encoding = unknown_encoding || !same_word(value, "chunked");
        }
    }

    [[nodiscard]] std::string_view fault(bool http11) const
    {
        if (lengths > 0 && encodings > 0) {
            return "both Content-Length and Transfer-Encoding";
        }
        if (lengths > 1 || encodings > 1) {
            return "the body's length is told twice";
        }
        if (bad_length) {
            return "Content-Length must be a number";
        }
        if (unknown_encoding || (encodings > 0 && !http11)) {
            return "Transfer-Encoding must be chunked, in HTTP/1.1";
        }
        if (hosts > 1 || (http11 && hosts == 0)) {
            return "there must be one Host";
        }
        return {};
    }
};

}  // namespace

bool same_word(std::string_view left, std::string_view right)
{
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

bool lists_token(std::string_view list, std::string_view token)
{
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        if (same_word(without_blanks(list.substr(0, comma)), token)) {
            return true;
        }
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

HeaderScan::State HeaderScan::scan(std::string_view bytes)
{
    while (size_ < bytes.size()) {
        if (size_ == limit_) {
            return State::TooLarge;
        }
        const auto byte = static_cast<unsigned char>(bytes[size_++]);
        if (behind_cr_ != (byte == '\n')) {
            return State::Broken;
        }
        behind_cr_ = byte == '\r';
        if (byte == '\n') {
            if (line_bytes_ == 0) {
                return State::Complete;
            }
            line_bytes_ = 0;
        } else if (byte != '\r') {
            if ((byte < ' ' && byte != '\t') || byte == 0x7F) {
                return State::Broken;
            }
            ++line_bytes_;
        }
    }
    return State::More;
}

std::string_view header_fault(std::string_view header)
{
    constexpr std::string_view kLineEnd = "\r\n";
    auto line_end = header.find(kLineEnd);
    const bool http11 = header.substr(0, line_end).ends_with("HTTP/1.1");
    Framing framing;
    for (std::size_t count = 0;; ++count) {
        header.remove_prefix(line_end + kLineEnd.size());
        line_end = header.find(kLineEnd);
        const auto line = header.substr(0, line_end);
        if (line.empty()) {
            return framing.fault(http11);
        }
        if (count == kMaxFields) {
            return "too many header fields";
        }
        if (line.front() == ' ' || line.front() == '\t') {
            return "a header field on more than one line";
        }
        const auto colon = std::min(line.find(':'), line.size());
        if (colon == line.size() || !is_token(line.substr(0, colon))) {
            return "a header field's name";
        }
        framing.add(line.substr(0, colon), without_blanks(line.substr(colon + 1)));
    }
}

}  // namespace alleycat::net
