#include "config_file.hpp"

#include <alleycat/core/json_text.hpp>

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

namespace alleycat::app {

namespace {

using Form = Value::Form;

std::string to_text(double value)
{
    if (!std::isfinite(value)) {
        return std::to_string(value);  // inf, -inf, nan: JSON has no word for them
    }
    std::string text;
    append_number(text, value);
    return text;
}

Value to_value(const toml::node& node);

/// In the order of their lines.
std::vector<Member> members_of(const toml::table& table)
{
    std::vector<Member> members;
    for (const auto& [key, node] : table) {
        members.push_back({std::string(key.str()), to_value(node), key.source().begin.line});
    }
    std::ranges::stable_sort(members, {}, &Member::line);
    return members;
}

std::vector<Member> members_of(const toml::array& list)
{
    std::vector<Member> members;
    for (const auto& node : list) {
        members.push_back({{}, to_value(node), node.source().begin.line});
    }
    return members;
}

Value to_value(const toml::node& node)
{
    switch (node.type()) {
        case toml::node_type::string:
            return {Form::String, node.as_string()->get()};
        case toml::node_type::integer:
            return {Form::Integer, std::to_string(node.as_integer()->get())};
        case toml::node_type::floating_point:
            return {Form::Decimal, to_text(node.as_floating_point()->get())};
        case toml::node_type::boolean:
            return {Form::Boolean, node.as_boolean()->get() ? "true" : "false"};
        case toml::node_type::array:
            return {Form::List, "a list", members_of(*node.as_array())};
        case toml::node_type::table:
            return {Form::Table, "a table", members_of(*node.as_table())};
        default:
            return {Form::Other, "a date or time"};
    }
}

FileTable to_table(std::string name, const toml::table& table, bool element)
{
    return {std::move(name), element, table.source().begin.line, members_of(table)};
}

std::vector<FileTable> to_tables(const toml::table& root)
{
    FileTable loose;
    std::vector<FileTable> tables;
    for (const auto& [key, node] : root) {
        if (const auto* table = node.as_table()) {
            tables.push_back(to_table(std::string(key.str()), *table, false));
        } else if (node.is_array_of_tables()) {
            node.as_array()->for_each([&, name = key.str()](const toml::table& element) {
                tables.push_back(to_table(std::string(name), element, true));
            });
        } else {
            loose.entries.push_back({std::string(key.str()), to_value(node), key.source().begin.line});
        }
    }
    std::ranges::stable_sort(loose.entries, {}, &FileEntry::line);
    std::ranges::stable_sort(tables, {}, &FileTable::line);
    tables.insert(tables.begin(), std::move(loose));
    return tables;
}

}  // namespace

std::variant<std::vector<FileTable>, Complaint> read_config_file(const std::string& file)
{
    std::ifstream stream(file);
    std::ostringstream content;
    if (stream.peek() != std::ifstream::traits_type::eof()) {
        content << stream.rdbuf();
    }
    // A directory opens, and fails only when read; an empty file reads to its end without a failure.
    if (!stream.is_open() || stream.bad()) {
        return Complaint{file + ": cannot be read: " + std::strerror(errno)};
    }
    try {
        return to_tables(toml::parse(std::move(content).str(), file));
    } catch (const toml::parse_error& error) {
        std::string description(error.description());
        std::ranges::replace(description, '\n', ' ');
        return Complaint{file + ":" + std::to_string(error.source().begin.line) + ": " + description};
    }
}

}  // namespace alleycat::app
