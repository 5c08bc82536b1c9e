#include <alleycat/core/json_text.hpp>
#include <alleycat/serve/record_message.hpp>

namespace alleycat::serve {

namespace {

std::string_view kind_name(ranking::RecordEvent::Kind kind)
{
    using enum ranking::RecordEvent::Kind;
    return kind == Class ? "class" : kind == Personal ? "personal" : "second";
}

}  // namespace

std::string record_message(const ranking::RecordEvent& event)
{
    std::string text = R"({"type":"record","kind":")";
    text.append(kind_name(event.kind));
    append_number(text.append(R"(","classId":)"), std::uint64_t{raw(event.class_id)});
    append_number(text.append(R"(,"raceId":)"), raw(event.race_id));
    append_number(text.append(R"(,"racerId":)"), raw(event.racer_id));
    append_string(text.append(R"(,"name":)"), event.name);
    append_number(text.append(R"(,"second":)"), std::uint64_t{event.second});
    append_number(text.append(R"(,"output":)"), event.output);
    text.append(R"(,"previous":)");
    if (event.previous) {
        append_number(text, *event.previous);
    } else {
        text.append("null");
    }
    return text.append("}");
}

}  // namespace alleycat::serve
