#pragma once

#include <alleycat/core/json_text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alleycat::serve {

// Appending members to a JSON object that has been opened with `{`. Names are ours and need no escape.

/// `"name":`, behind a comma where it is not the first.
inline std::string& add_name(std::string& out, std::string_view name)
{
    if (out.back() != '{') {
        out.push_back(',');
    }
    return out.append("\"").append(name).append("\":");
}

inline void add_text(std::string& out, std::string_view name, std::string_view value)
{
    append_string(add_name(out, name), value);
}

/// A double, or an integer of 64 bits.
template <class Number>
void add_number(std::string& out, std::string_view name, Number value)
{
    append_number(add_name(out, name), value);
}

template <class Number>
void add_number(std::string& out, std::string_view name, const std::optional<Number>& value)
{
    if (value) {
        add_number(out, name, *value);
    } else {
        add_name(out, name).append("null");
    }
}

inline void add_flag(std::string& out, std::string_view name, bool value)
{
    add_name(out, name).append(value ? "true" : "false");
}

/// A list, each element appended by `append(out, element)`.
template <class List, class Append>
void add_list(std::string& out, std::string_view name, const List& list, Append append)
{
    add_name(out, name).push_back('[');
    bool first = true;
    for (const auto& element : list) {
        if (!first) {
            out.push_back(',');
        }
        first = false;
        append(out, element);
    }
    out.push_back(']');
}

}  // namespace alleycat::serve
