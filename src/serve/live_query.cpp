#include "live_query.hpp"

#include <alleycat/core/whole_number.hpp>

#include <algorithm>

namespace alleycat::serve {

namespace {

std::string allowed_classes(std::span<const ClassId> classes)
{
    std::string text = "classId: must be one of the classes";
    for (const auto id : classes) {
        text.append(id == classes.front() ? " " : ", ").append(std::to_string(raw(id)));
    }
    return text;
}

}  // namespace

std::variant<LiveQuery, std::string> parse_live_query(const net::Request& request, std::span<const ClassId> classes,
                                                      std::size_t max_top)
{
    LiveQuery query;
    const auto class_id = parse_whole<std::int64_t>(request.parameter("classId").value_or(""));
    const auto known =
        std::find_if(classes.begin(), classes.end(), [&](ClassId id) { return class_id == std::int64_t{raw(id)}; });
    if (known == classes.end()) {
        return allowed_classes(classes);
    }
    query.class_id = *known;

    const auto board = request.parameter("board").value_or("now");
    if (board != "now" && board != "alltime") {
        return "board: must be now or alltime";
    }
    query.board = board == "now" ? Board::Now : Board::Alltime;

    if (const auto text = request.parameter("raceId")) {
        const auto race_id = parse_whole<std::int64_t>(*text);
        if (!race_id) {
            return "raceId: must be a whole number";
        }
        query.race_id = RaceId{*race_id};
    }
    if (const auto text = request.parameter("racerId")) {
        const auto racer_id = parse_whole<std::int64_t>(*text);
        if (!racer_id || *racer_id < 0 || *racer_id > kMaxJsonInteger) {
            return "racerId: must be a whole number from 0 to " + std::to_string(kMaxJsonInteger);
        }
        query.racer_id = RacerId{static_cast<std::uint64_t>(*racer_id)};
    }
    if (const auto text = request.parameter("top")) {
        const auto top = parse_whole<std::int64_t>(*text);
        if (!top || *top < 1 || *top > static_cast<std::int64_t>(max_top)) {
            return "top: must be a whole number from 1 to " + std::to_string(max_top);
        }
        query.top = static_cast<std::size_t>(*top);
    }
    return query;
}

}  // namespace alleycat::serve
