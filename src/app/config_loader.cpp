#include "config_loader.hpp"

#include "config_classes.hpp"
#include "config_rule_tables.hpp"
#include "config_rules.hpp"
#include "config_units.hpp"

#include <alleycat/net/loopback.hpp>

#include <algorithm>

namespace alleycat::app {

namespace {

constexpr std::string_view kPrefix = "ALLEYCAT_";
constexpr std::string_view kClass = "class";
constexpr std::string_view kRule = "rule";

std::vector<std::string> section_names()
{
    std::vector<std::string> names;
    for (const auto& key : schema()) {
        if (!key.section.empty() && std::ranges::count(names, key.section) == 0) {
            names.push_back(key.section);
        }
    }
    return names;
}

std::vector<std::string> keys_of(std::string_view section)
{
    std::vector<std::string> names;
    for (const auto& key : schema()) {
        if (key.section == section) {
            names.push_back(key.name);
        }
    }
    return names;
}

std::string listed(const std::vector<std::string>& names)
{
    std::string text;
    for (const auto& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

/// `known` is what the place allows.
Complaint unknown(const std::string& place, std::string_view what, std::string_view name,
                  const std::vector<std::string>& known)
{
    const auto near = nearest(name, known);
    return {place + ": unknown " + std::string(what) +
            (near ? ", did you mean \"" + *near + "\"?" : "; known are " + listed(known))};
}

/// A Kubernetes service named alleycat gives its neighbours these variables. None of them is a setting.
bool is_service_link(std::string_view name, std::string_view value)
{
    return name.starts_with("ALLEYCAT_SERVICE_") || name.starts_with("ALLEYCAT_PORT_") ||
           (name == "ALLEYCAT_PORT" && value.find("://") != std::string_view::npos);
}

std::string line_of(const std::string& file, std::uint32_t line)
{
    return file + ":" + std::to_string(line) + ": ";
}

Complaint refuse_loose(const std::string& file, const FileEntry& entry)
{
    const auto place = line_of(file, entry.line) + entry.key;
    const auto sections = section_names();
    if (entry.key == kClass || entry.key == "classes") {
        return Complaint{place + ": must be [[class]] tables, each with id and name"};
    }
    if (entry.key == kRule || entry.key == "rules") {
        return Complaint{place + ": must be [[rule]] tables, each with name and topic"};
    }
    if (std::ranges::count(sections, entry.key) > 0) {
        return Complaint{place + ": must be a section, [" + entry.key + "]"};
    }
    return Complaint{place + ": stands outside any section; known are " + listed(sections)};
}

}  // namespace

Loader::Outcome Loader::set(const Key& key, const Value& value, const std::string& place)
{
    if (value.form == Value::Form::Word && !count_characters(value.text)) {
        return Complaint{place + ": must be " + key.allowed + ", in UTF-8"};
    }
    if (const auto complaint = key.set(config_, value)) {
        return Complaint{place + ": " + complaint->text};
    }
    places_[key.path()] = place;
    return std::nullopt;
}

Loader::Outcome Loader::take_file(const std::string& file)
{
    auto read = read_config_file(file);
    if (auto* complaint = std::get_if<Complaint>(&read)) {
        return std::move(*complaint);
    }
    bool first_class = true;
    for (const auto& table : std::get<std::vector<FileTable>>(read)) {
        if (table.name.empty()) {
            if (!table.entries.empty()) {
                return refuse_loose(file, table.entries.front());
            }
            continue;
        }
        if (table.name == kClass && table.element && std::exchange(first_class, false)) {
            config_.classes.clear();
        }
        const auto outcome = table.name == kClass  ? take_class(file, table)
                             : table.name == kRule ? take_rule(file, table)
                                                   : take_section(file, table);
        if (outcome) {
            return outcome;
        }
    }
    return std::nullopt;
}

Loader::Outcome Loader::take_section(const std::string& file, const FileTable& table)
{
    const auto keys = keys_of(table.name);
    const auto place = line_of(file, table.line);
    if (keys.empty()) {
        auto sections = section_names();
        sections.emplace_back(kClass);
        sections.emplace_back(kRule);
        return unknown(place + "[" + table.name + "]", "section", table.name, sections);
    }
    if (table.element) {
        return Complaint{place + "[[" + table.name + "]]: must be one section, [" + table.name + "]"};
    }
    for (const auto& entry : table.entries) {
        const auto path = table.name + "." + entry.key;
        const auto entry_place = line_of(file, entry.line) + path;
        const auto key = std::ranges::find(schema(), path, &Key::path);
        if (key == schema().end()) {
            return unknown(entry_place, "key", entry.key, keys);
        }
        if (auto outcome = set(*key, entry.value, entry_place)) {
            return outcome;
        }
    }
    return std::nullopt;
}

Loader::Outcome Loader::take_class(const std::string& file, const FileTable& table)
{
    if (!table.element) {
        return Complaint{line_of(file, table.line) + "[class]: must be written [[class]]"};
    }
    ClassConfig added;
    for (const auto& entry : table.entries) {
        const auto place = line_of(file, entry.line) + "class." + entry.key;
        Outcome complaint;
        if (entry.key == "id") {
            const auto id = class_id().read(entry.value);
            if (const auto* number = std::get_if<std::uint32_t>(&id)) {
                added.id = ClassId{*number};
                complaint = refuse_class_id(config_.classes, added.id);
            } else {
                complaint = std::get<Complaint>(id);
            }
        } else if (entry.key == "name") {
            const auto name = class_name().read(entry.value);
            if (const auto* text = std::get_if<std::string>(&name)) {
                added.name = *text;
            } else {
                complaint = std::get<Complaint>(name);
            }
        } else {
            return unknown(place, "key", entry.key, {"id", "name"});
        }
        if (complaint) {
            return Complaint{place + ": " + complaint->text};
        }
    }
    if (raw(added.id) == 0 || added.name.empty()) {
        return Complaint{line_of(file, table.line) + "[[class]]: must have an id and a name"};
    }
    config_.classes.push_back(std::move(added));
    return std::nullopt;
}

Loader::Outcome Loader::take_rule(const std::string& file, const FileTable& table)
{
    auto read = read_rule(file, table, config_.rules);
    if (auto* complaint = std::get_if<Complaint>(&read)) {
        return std::move(*complaint);
    }
    config_.rules.push_back(std::get<ingest::RuleOptions>(std::move(read)));
    return std::nullopt;
}

Loader::Outcome Loader::take_environment(std::span<const std::pair<std::string, std::string>> environment)
{
    for (const auto& [name, value] : environment) {
        if (!name.starts_with(kPrefix) || is_service_link(name, value)) {
            continue;
        }
        const auto key = std::ranges::find(schema(), name, &Key::variable);
        if (key == schema().end()) {
            std::vector<std::string> names;
            for (const auto& known : schema()) {
                names.push_back(known.variable().substr(kPrefix.size()));
            }
            const auto near = nearest(std::string_view(name).substr(kPrefix.size()), names);
            return Complaint{name + ": unknown variable" +
                             (near ? ", did you mean " + std::string(kPrefix) + *near + "?"
                                   : std::string("; the names are ALLEYCAT_<SECTION>_<KEY>"))};
        }
        if (auto outcome = set(*key, {Value::Form::Word, value}, name)) {
            return outcome;
        }
    }
    return std::nullopt;
}

Loader::Outcome Loader::take_flags(const Flags& flags)
{
    for (const auto& [key, value] : flags.values) {
        if (auto outcome = set(*key, value, key->flag())) {
            return outcome;
        }
    }
    return std::nullopt;
}

Complaint Loader::blame(const std::string& path, const std::string& text) const
{
    const auto place = places_.find(path);
    return {(place == places_.end() ? path : place->second) + ": " + text};
}

Loader::Outcome Loader::check_together() const
{
    const auto& limits = config_.limits;
    const auto record = format_size(limits.record_bytes);
    if (limits.record_bytes > limits.payload_bytes) {
        return blame("limits.record_bytes",
                     record + " is out of range: at most limits.payload_bytes, " + format_size(limits.payload_bytes));
    }
    if (limits.record_bytes > config_.stream.ring_capacity_bytes / 4) {
        return blame("limits.record_bytes", record + " is out of range: at most a quarter of stream.ring_capacity, " +
                                                format_size(config_.stream.ring_capacity_bytes));
    }
    if (!config_.mqtt.password_file.empty() && config_.mqtt.username.empty()) {
        return blame("mqtt.password_file", "must be empty where mqtt.username is");
    }
    if (config_.http.certificate_file.empty() != config_.http.key_file.empty()) {
        const bool key = config_.http.certificate_file.empty();
        return blame(key ? "http.key_file" : "http.certificate_file",
                     key ? "must be empty where http.certificate_file is" : "needs its http.key_file");
    }
    if (config_.auth.mode == AuthMode::Token && !config_.mqtt.topic.empty() && !is_topic(config_.mqtt.topic)) {
        return blame("mqtt.topic", "must be without + and # where auth.mode is \"token\": bikes publish below it");
    }
    if (config_.auth.mode == AuthMode::None && !config_.auth.insecure_open &&
        !net::is_loopback(config_.http.listen.host)) {
        return blame("http.listen",
                     "would let the network in, where everybody may do everything: set auth.mode to "
                     "\"token\", or say --insecure-open if that is meant");
    }
    ingest::RuleOptions rule;
    rule.topic = config_.mqtt.topic;
    rule.error_action = config_.mqtt.error_action;
    if (const auto fault = ingest::find_fault(rule)) {
        return blame("mqtt." + fault->key, fault->text);
    }
    return std::nullopt;
}

}  // namespace alleycat::app
