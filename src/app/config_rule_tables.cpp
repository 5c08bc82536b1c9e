#include "config_rule_tables.hpp"

#include "config_rules.hpp"
#include "config_schema.hpp"
#include "config_units.hpp"

#include <alleycat/core/json_text.hpp>
#include <alleycat/stream/partition_key.hpp>

#include <algorithm>
#include <map>

namespace alleycat::app {

namespace {

using namespace std::chrono_literals;
using ingest::RuleOptions;
using ingest::SampleOptions;
using Outcome = std::optional<Complaint>;
using Form = Value::Form;

constexpr double kMaxFactor = 1'000'000;

Kind<std::string> rule_name()
{
    return text("1 to 64 letters, digits, '_' or '-', and not \"default\"", [](std::string_view name) {
        static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
        return !name.empty() && name.size() <= 64 && name.find_first_not_of(kLetters) == std::string_view::npos &&
               name != RuleOptions().name;
    });
}

Kind<std::string> any_text(std::string allowed, bool may_be_empty)
{
    return text(std::move(allowed),
                [=](std::string_view value) { return value.size() <= 1'024 && (may_be_empty || !value.empty()); });
}

Kind<std::chrono::milliseconds> sample_period()
{
    return duration(200ms, 60s);
}

Kind<std::chrono::milliseconds> freshness()
{
    return duration(100ms, 10min);
}

template <class T>
Outcome read_into(T& to, const Kind<T>& kind, const Value& value)
{
    auto result = kind.read(value);
    if (auto* complaint = std::get_if<Complaint>(&result)) {
        return std::move(*complaint);
    }
    to = std::get<T>(std::move(result));
    return std::nullopt;
}

/// Reads one table of the file; each function takes the value of a key, or says what is wrong with it.
class RuleTable {
public:
    RuleTable(const std::string& file, const FileTable& table) : file_(file), table_(table) {}

    [[nodiscard]] std::variant<RuleOptions, Complaint> read(const std::vector<RuleOptions>& others);

private:
    using Reader = Outcome (RuleTable::*)(const Value&);
    struct RuleKey {
        std::string_view name;
        Reader read;
        bool sampled{false};  ///< of sampled rules only
    };
    [[nodiscard]] static const std::vector<RuleKey>& keys();

    Outcome take(const FileEntry& entry);
    Outcome name(const Value& value) { return read_into(rule_.name, rule_name(), value); }
    Outcome topic(const Value& value) { return read_into(rule_.topic, topic_filter(), value); }
    Outcome qos(const Value& value) { return read_into(rule_.qos, whole_number(0, 1), value); }
    Outcome partition(const Value& value) { return read_into(rule_.partition_key, partition_key(), value); }
    Outcome keep(const Value& value) { return read_into(rule_.keep, yes_or_no(), value); }
    Outcome errors(const Value& value) { return read_into(rule_.error_action, error_action(), value); }
    Outcome select(const Value& value);
    Outcome scale(const Value& value);
    Outcome targets(const Value& value);
    Outcome sample(const Value& value)
    {
        is_sampled_ = true;
        return read_into(sample_.period, sample_period(), value);
    }
    Outcome device(const Value& value)
    {
        return read_into(sample_.device, any_text("text such as \"${topic(2)}\"", false), value);
    }
    Outcome online(const Value& value)
    {
        return read_into(sample_.online, any_text("the end of a topic, such as \"status\", or empty", true), value);
    }
    Outcome fresh(const Value& value) { return read_into(sample_.fresh, freshness(), value); }
    Outcome counter(const Value& value)
    {
        return read_into(sample_.counter, any_text("the end of a topic, or empty", true), value);
    }
    Outcome racers(const Value& value);
    /// Reads each entry of a table; a complaint gets the entry's place.
    template <class T>
    Outcome entries(const Value& value, const std::string& allowed, std::map<std::string, T>& to, const Kind<T>& kind);
    [[nodiscard]] Outcome check(const std::vector<RuleOptions>& others) const;
    [[nodiscard]] Complaint blame(const std::string& key, const std::string& why) const;

    const std::string& file_;
    const FileTable& table_;
    RuleOptions rule_;
    SampleOptions sample_;
    bool is_sampled_{false};
    std::string key_;                             // that is being read
    std::map<std::string, std::uint32_t> lines_;  // of the keys, "select.cadence" among them
};

const std::vector<RuleTable::RuleKey>& RuleTable::keys()
{
    static const std::vector<RuleKey> keys{
        {"name", &RuleTable::name},
        {"topic", &RuleTable::topic},
        {"qos", &RuleTable::qos},
        {"partition_key", &RuleTable::partition},
        {"select", &RuleTable::select},
        {"scale", &RuleTable::scale},
        {"keep", &RuleTable::keep},
        {"targets", &RuleTable::targets},
        {"error_action", &RuleTable::errors},
        {"sample", &RuleTable::sample},
        {"device", &RuleTable::device, true},
        {"online", &RuleTable::online, true},
        {"fresh", &RuleTable::fresh, true},
        {"counter", &RuleTable::counter, true},
        {"racers", &RuleTable::racers, true},
    };
    return keys;
}

Complaint RuleTable::blame(const std::string& key, const std::string& why) const
{
    const auto line = lines_.find(key);
    return {file_ + ":" + std::to_string(line == lines_.end() ? table_.line : line->second) + ": rule." + key + ": " +
            why};
}

std::variant<RuleOptions, Complaint> RuleTable::read(const std::vector<RuleOptions>& others)
{
    rule_.topic.clear();
    rule_.name.clear();
    for (const auto& entry : table_.entries) {
        if (auto complaint = take(entry)) {
            return std::move(*complaint);
        }
    }
    if (is_sampled_) {
        rule_.sample = std::move(sample_);
    }
    if (auto complaint = check(others)) {
        return std::move(*complaint);
    }
    return std::move(rule_);
}

Outcome RuleTable::take(const FileEntry& entry)
{
    lines_[entry.key] = entry.line;
    const auto key = std::ranges::find(keys(), entry.key, &RuleKey::name);
    if (key == keys().end()) {
        std::vector<std::string> names;
        for (const auto& known : keys()) {
            names.emplace_back(known.name);
        }
        const auto near = nearest(entry.key, names);
        return blame(entry.key, "unknown key" + (near ? ", did you mean \"" + *near + "\"?" : std::string()));
    }
    key_ = entry.key;
    const auto complaint = (this->*key->read)(entry.value);
    return complaint ? std::optional(blame(key_, complaint->text)) : std::nullopt;
}

template <class T>
Outcome RuleTable::entries(const Value& value, const std::string& allowed, std::map<std::string, T>& to,
                           const Kind<T>& kind)
{
    if (value.form != Form::Table) {
        return must_be(value, allowed);
    }
    const auto table = key_;
    for (const auto& member : value.members) {
        key_ = table + "." + member.key;
        lines_[key_] = member.line;
        if (auto complaint = read_into(to[member.key], kind, member.value)) {
            return complaint;
        }
    }
    key_ = table;
    return std::nullopt;
}

Outcome RuleTable::select(const Value& value)
{
    auto kind = any_text("text, such as \"${rpm}\", or a number", true);
    kind.read = [read = std::move(kind.read)](const Value& written) {  // a constant need not stand in quotes
        const bool scalar = written.form == Form::Integer || written.form == Form::Decimal;
        return read(scalar ? Value{Form::String, written.text} : written);
    };
    return entries(value, "a table of fields, such as { cadence = \"${rpm}\" }", rule_.select, kind);
}

Outcome RuleTable::scale(const Value& value)
{
    return entries(value, "a table of fields, such as { resistance = 3.125 }", rule_.scale,
                   positive_number(kMaxFactor));
}

Outcome RuleTable::racers(const Value& value)
{
    return entries(value, "a table of devices, such as { default = 7 }", sample_.racers,
                   whole_number<std::uint64_t>(0, static_cast<std::uint64_t>(kMaxJsonInteger)));
}

Outcome RuleTable::targets(const Value& value)
{
    static constexpr std::string_view kAllowed = "a list, such as [\"stream\", \"mqtt:<topic>\", \"file:<path>\"]";
    if (value.form != Form::List) {
        return must_be(value, kAllowed);
    }
    rule_.targets.clear();
    for (const auto& member : value.members) {
        if (auto complaint =
                read_into(rule_.targets.emplace_back(), any_text(std::string(kAllowed), false), member.value)) {
            return complaint;
        }
    }
    return std::nullopt;
}

Outcome RuleTable::check(const std::vector<RuleOptions>& others) const
{
    if (rule_.name.empty() || rule_.topic.empty()) {
        return Complaint{file_ + ":" + std::to_string(table_.line) + ": [[rule]]: must have a name and a topic"};
    }
    if (std::ranges::find(others, rule_.name, &RuleOptions::name) != others.end()) {
        return blame("name", quote(rule_.name) + " is taken: each rule needs its own name");
    }
    if (others.size() >= kMaxRules) {
        return blame("name", "there may be at most " + std::to_string(kMaxRules) + " rules");
    }
    for (const auto& key : keys()) {
        if (key.sampled && !is_sampled_ && lines_.contains(std::string(key.name))) {
            return blame(std::string(key.name), "is for sampled rules: the rule must have sample, such as \"1s\"");
        }
    }
    const auto fault = ingest::find_fault(rule_);
    return fault ? std::optional(blame(fault->key, fault->text)) : std::nullopt;
}

template <class T>
std::string inline_table(const std::map<std::string, T>& values, const Kind<T>& kind)
{
    std::string text = "{";
    for (const auto& [key, value] : values) {
        text += (text.size() == 1 ? " " : ", ") + quote(key) + " = " + kind.literal(value);
    }
    return text + " }";
}

std::string list(const std::vector<std::string>& values)
{
    std::string text = "[";
    for (const auto& value : values) {
        text += (text.size() == 1 ? "" : ", ") + quote(value);
    }
    return text + "]";
}

std::string sample_keys(const SampleOptions& sample)
{
    return "sample = " + sample_period().literal(sample.period) + "\ndevice = " + quote(sample.device) +
           "\nonline = " + quote(sample.online) + "\nfresh = " + freshness().literal(sample.fresh) +
           "\ncounter = " + quote(sample.counter) + "\nracers = " +
           inline_table(sample.racers, whole_number<std::uint64_t>(0, static_cast<std::uint64_t>(kMaxJsonInteger))) +
           "\n";
}

}  // namespace

Kind<std::string> topic_filter()
{
    return text("an MQTT topic filter, such as \"alleycat-publish\" or \"gym/+/telemetry\"", is_topic_filter);
}

Kind<std::string> optional_topic_filter()
{
    return text("an MQTT topic filter, such as \"alleycat-publish\" or \"gym/+/telemetry\", or empty",
                [](std::string_view filter) { return filter.empty() || is_topic_filter(filter); });
}

Kind<std::string> partition_key()
{
    return text(
        "1 to 128 bytes, with no other placeholders than " + std::string(stream::PartitionKeyTemplate::kAllowed),
        is_partition_key);
}

Kind<std::string> error_action()
{
    return text("\"directory\", \"mqtt:<topic>\" or \"none\"", [](std::string_view action) {
        RuleOptions rule;
        rule.topic.clear();  // whether a topic comes back to its rule is another question
        rule.error_action = action;
        return !ingest::find_fault(rule);
    });
}

std::variant<RuleOptions, Complaint> read_rule(const std::string& file, const FileTable& table,
                                               const std::vector<RuleOptions>& others)
{
    if (!table.element) {
        return Complaint{file + ":" + std::to_string(table.line) + ": [rule]: must be written [[rule]]"};
    }
    return RuleTable(file, table).read(others);
}

std::string rule_tables(const std::vector<RuleOptions>& rules)
{
    std::string tables;
    for (const auto& rule : rules) {
        tables += "\n[[rule]]\nname = " + quote(rule.name) + "\ntopic = " + quote(rule.topic) +
                  "\nqos = " + std::to_string(rule.qos) + "\n";
        if (!rule.partition_key.empty()) {
            tables += "partition_key = " + quote(rule.partition_key) + "\n";
        }
        tables += "select = " + inline_table(rule.select, any_text("", true)) +
                  "\nscale = " + inline_table(rule.scale, positive_number(kMaxFactor)) +
                  "\nkeep = " + yes_or_no().literal(rule.keep) + "\ntargets = " + list(rule.targets) +
                  "\nerror_action = " + quote(rule.error_action) + "\n";
        if (rule.sample) {
            tables += sample_keys(*rule.sample);
        }
    }
    return tables;
}

}  // namespace alleycat::app
