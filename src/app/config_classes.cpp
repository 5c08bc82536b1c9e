#include "config_classes.hpp"

#include "config_units.hpp"

#include <algorithm>
#include <limits>

namespace alleycat::app {

namespace {

constexpr std::string_view kListAllowed = "a list of id=name, such as \"1=Sprint,2=Hills\"";

std::variant<ClassConfig, Complaint> read_entry(std::string_view entry)
{
    const auto equals = entry.find('=');
    const Value whole{Value::Form::Word, std::string(entry)};
    if (equals == std::string_view::npos) {
        return must_be(whole, kListAllowed);
    }
    const auto id = class_id().read({Value::Form::Word, std::string(entry.substr(0, equals))});
    if (const auto* complaint = std::get_if<Complaint>(&id)) {
        return Complaint{"class id: " + complaint->text};
    }
    const auto name = class_name().read({Value::Form::Word, std::string(entry.substr(equals + 1))});
    if (const auto* complaint = std::get_if<Complaint>(&name)) {
        return Complaint{"class name: " + complaint->text};
    }
    return ClassConfig{ClassId{std::get<std::uint32_t>(id)}, std::get<std::string>(name)};
}

std::variant<std::vector<ClassConfig>, Complaint> read_list(const Value& value)
{
    std::vector<ClassConfig> classes;
    const std::string_view text = value.text;
    for (std::size_t start = 0; start <= text.size();) {
        const auto end = std::min(text.find(',', start), text.size());
        auto entry = read_entry(text.substr(start, end - start));
        if (auto* complaint = std::get_if<Complaint>(&entry)) {
            return std::move(*complaint);
        }
        auto& added = std::get<ClassConfig>(entry);
        if (auto complaint = refuse_class_id(classes, added.id)) {
            return Complaint{"class id: " + complaint->text};
        }
        classes.push_back(std::move(added));
        start = end + 1;
    }
    return classes;
}

}  // namespace

Kind<std::uint32_t> class_id()
{
    return whole_number<std::uint32_t>(1, std::numeric_limits<std::int32_t>::max());
}

Kind<std::string> class_name()
{
    return text("1 to 64 characters", [](std::string_view name) {
        const auto characters = count_characters(name);
        return characters && *characters >= 1 && *characters <= 64;
    });
}

std::optional<Complaint> refuse_class_id(const std::vector<ClassConfig>& classes, ClassId id)
{
    const auto twin = std::ranges::find(classes, id, &ClassConfig::id);
    if (twin == classes.end()) {
        return std::nullopt;
    }
    return Complaint{std::to_string(raw(id)) + " is taken by " + quote(twin->name) + ": each class needs its own id"};
}

Kind<std::vector<ClassConfig>> class_list()
{
    return {"ID=NAME,...", std::string(kListAllowed), read_list, [](const std::vector<ClassConfig>& classes) {
                std::string list;
                for (const auto& one : classes) {
                    list += (list.empty() ? "" : ",") + std::to_string(raw(one.id)) + "=" + one.name;
                }
                return quote(list);
            }};
}

std::string class_tables(const std::vector<ClassConfig>& classes)
{
    std::string tables;
    for (const auto& one : classes) {
        tables += "\n[[class]]\nid = " + class_id().literal(raw(one.id)) +
                  "\nname = " + class_name().literal(one.name) + "\n";
    }
    return tables;
}

}  // namespace alleycat::app
