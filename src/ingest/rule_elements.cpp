#include "rule_elements.hpp"

#include <algorithm>
#include <string>

namespace alleycat::ingest {

namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr auto kNone = std::string_view::npos;

std::size_t skip_space(std::string_view text, std::size_t from)
{
    return std::min(text.find_first_not_of(kSpace, from), text.size());
}

/// Behind the quote that ends the string opened at `from`.
std::size_t end_of_string(std::string_view text, std::size_t from)
{
    for (auto at = text.find_first_of("\"\\", from + 1); at != kNone; at = text.find_first_of("\"\\", at + 2)) {
        if (text[at] == '"') {
            return at + 1;
        }
    }
    return kNone;
}

/// Behind the bracket that closes the one at `from`; kNone where they do not match.
std::size_t end_of_brackets(std::string_view text, std::size_t from)
{
    std::string closers;  // of the brackets that are open
    for (auto at = from; (at = text.find_first_of("\"[]{}", at)) != kNone;) {
        const char found = text[at];
        if (found == '"') {
            at = end_of_string(text, at);
            if (at == kNone) {
                return kNone;
            }
            continue;
        }
        ++at;
        if (found == '[' || found == '{') {
            closers.push_back(found == '[' ? ']' : '}');
        } else if (closers.back() != found) {
            return kNone;
        } else {
            closers.pop_back();
        }
        if (closers.empty()) {
            return at;
        }
    }
    return kNone;
}

}  // namespace

bool RuleElements::next()
{
    at_ = skip_space(text_, at_);
    while (in_array_ && at_ < text_.size() && (text_[at_] == ',' || text_[at_] == ']')) {
        in_array_ = text_[at_] == ',';
        at_ = skip_space(text_, at_ + 1);
    }
    while (!in_array_ && at_ < text_.size() && text_[at_] == '[') {
        at_ = skip_space(text_, at_ + 1);
        in_array_ = at_ == text_.size() || text_[at_] != ']';
        at_ = in_array_ ? at_ : skip_space(text_, at_ + 1);
    }
    if (at_ == text_.size()) {
        return false;
    }
    const auto end = end_of_element(at_);
    current_ = text_.substr(at_, end - at_);
    current_ = current_.substr(0, current_.find_last_not_of(kSpace) + 1);
    at_ = end;
    return true;
}

std::size_t RuleElements::end_of_element(std::size_t from)
{
    const auto line_end = std::min(text_.find('\n', from), text_.size());
    const char first = text_[from];
    if (first == '{' || first == '[') {
        auto end = end_of_brackets(text_.substr(0, in_array_ ? text_.size() : line_end), from);
        if (end == kNone && scans_left_ > 0) {
            end = in_array_ ? kNone : end_of_brackets(text_, from);  // perhaps it is printed over several lines
            scans_left_ -= end == kNone ? 1 : 0;
        }
        if (end == kNone) {
            return in_array_ ? end_of_broken(from) : line_end;
        }
        return in_array_ ? end : std::max(end, std::min(text_.find('\n', end), text_.size()));
    }
    if (!in_array_) {
        return line_end;
    }
    const auto end = first == '"' ? end_of_string(text_, from) : text_.find_first_of(",]\n", from + 1);
    return std::min(end, text_.size());
}

/// Before the next comma that an object follows: there the next element most likely begins.
std::size_t RuleElements::end_of_broken(std::size_t from) const
{
    for (auto at = text_.find(',', from); at != kNone && scans_left_ > 0; at = text_.find(',', at + 1)) {
        const auto behind = skip_space(text_, at + 1);
        if (behind < text_.size() && text_[behind] == '{') {
            return at;
        }
    }
    return text_.size();
}

}  // namespace alleycat::ingest
