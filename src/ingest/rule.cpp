#include "rule.hpp"

#include "rule_elements.hpp"

#include <alleycat/core/json_text.hpp>

// Every result is looked at: without exceptions, one that is not does not compile.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

namespace alleycat::ingest {

namespace {

namespace dom = simdjson::dom;

/// The member of this name; where it stands twice, the last one counts, as it does in `JSON.parse`.
std::optional<dom::element> member(const dom::object& object, std::string_view name)
{
    std::optional<dom::element> found;
    for (const auto& field : object) {
        if (field.key == name) {
            found = field.value;
        }
    }
    return found;
}

RuleValue to_value(const dom::element& element)
{
    std::string_view text;
    if (element.get_string().get(text) == simdjson::SUCCESS) {
        return {std::string(text), true};
    }
    return {simdjson::minify(element), false};
}

class ObjectScope final : public RuleScope {
public:
    ObjectScope(const dom::object& object, std::string_view topic_text, const RaceMoment& at)
        : RuleScope(topic_text, at), object_(object)
    {
    }

    /// `outer.inner` is a member of a member.
    std::optional<RuleValue> field(std::string_view name) const override
    {
        auto object = object_;
        for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
            const auto outer = member(object, name.substr(0, dot));
            if (!outer || outer->get_object().get(object) != simdjson::SUCCESS) {
                return std::nullopt;
            }
            name.remove_prefix(dot + 1);
        }
        const auto found = member(object, name);
        return found ? std::optional(to_value(*found)) : std::nullopt;
    }

private:
    dom::object object_;
};

}  // namespace

class Rule::Reader {
public:
    /// `text`: with RecordReader::kPadding readable bytes behind it. The object lives until the next call.
    [[nodiscard]] std::optional<RuleFailure> read(std::string_view text, dom::object& object)
    {
        dom::element element;
        if (const auto error = parser_.parse(text.data(), text.size(), false).get(element)) {
            return RuleFailure{Errc::InvalidJson, std::string("record: ") + simdjson::error_message(error)};
        }
        if (element.get_object().get(object) != simdjson::SUCCESS) {
            return RuleFailure{Errc::InvalidType, "record: must be a JSON object"};
        }
        return std::nullopt;
    }

private:
    dom::parser parser_;
};

Rule::Rule(const RuleOptions& options, RaceTimes race)
    : fields_(options), keep_(options.keep || options.select.empty()), race_(race), reader_(std::make_unique<Reader>())
{
}

Rule::~Rule() = default;

Rule::Made Rule::apply(std::string_view topic, std::string_view payload, std::int64_t now_ms)
{
    Made made;
    const auto moment = race_moment(now_ms, race_.window_seconds, race_.length_seconds);
    if (fields_.needs_race() && !moment.runs()) {
        return made;
    }
    RuleElements elements(payload);
    for (std::uint32_t number = 0; elements.next(); ++number) {
        const auto before = made.payload.size();
        if (auto failure = append_record(made.payload, elements.text(), topic, moment)) {
            made.payload.resize(before);
            made.failed.push_back({number, std::move(*failure)});
            continue;
        }
        made.numbers.push_back(number);
    }
    return made;
}

std::optional<RuleFailure> Rule::append_record(std::string& out, std::string_view text, std::string_view topic,
                                               const RaceMoment& moment)
{
    dom::object object;
    if (auto failure = reader_->read(text, object)) {
        return failure;
    }
    out.append("{");
    if (auto failure = fields_.append(out, ObjectScope(object, topic, moment))) {
        return failure;
    }
    for (const auto& kept : object) {
        const std::string name(kept.key);
        if (!keep_ || fields_.selects(name)) {
            continue;
        }
        out.append(out.ends_with('{') ? "" : ",");
        if (auto failure = fields_.append_kept(out, name, to_value(kept.value))) {
            return failure;
        }
    }
    out.append("}\n");
    return std::nullopt;
}

}  // namespace alleycat::ingest
