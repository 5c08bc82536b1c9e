#include "api_parameters.hpp"

#include <algorithm>

namespace alleycat::serve {

namespace {

std::string list_of(std::span<const ClassId> classes)
{
    std::string text;
    for (const auto id : classes) {
        text.append(text.empty() ? "" : ", ").append(std::to_string(raw(id)));
    }
    return text;
}

std::optional<RacerId> parse_racer(std::string_view text)
{
    const auto id = parse_whole<std::uint64_t>(text);
    return id && *id <= std::uint64_t{kMaxJsonInteger} ? std::optional(RacerId{*id}) : std::nullopt;
}

const std::string kRacerRange = "a whole number from 0 to " + std::to_string(kMaxJsonInteger);
constexpr std::string_view kRaceRange = "must be a whole number of 64 bits";

}  // namespace

void Parameters::refuse(std::string_view name, std::string detail, unsigned status)
{
    if (!wrong_) {
        wrong_ = BadParameter{status, std::string(name), std::move(detail)};
    }
}

std::optional<std::string_view> Parameters::text(std::string_view name)
{
    if (request_.count(name) > 1) {
        refuse(name, "must stand only once");
    }
    return request_.parameter(name);
}

std::optional<std::size_t> Parameters::whole(std::string_view name, std::size_t low, std::size_t high)
{
    const auto given = text(name);
    if (!given) {
        return std::nullopt;
    }
    const auto value = parse_whole<std::uint64_t>(*given);
    if (!value || *value < low || *value > high) {
        refuse(name, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    return value;
}

std::optional<RaceId> Parameters::race(std::string_view name)
{
    const auto given = text(name);
    if (!given) {
        return std::nullopt;
    }
    const auto value = parse_whole<std::int64_t>(*given);
    if (!value) {
        refuse(name, std::string(kRaceRange));
    }
    return RaceId{value.value_or(0)};
}

std::optional<RacerId> Parameters::racer(std::string_view name)
{
    const auto given = text(name);
    const auto value = given ? parse_racer(*given) : std::nullopt;
    if (given && !value) {
        refuse(name, "must be " + kRacerRange);
    }
    return value;
}

std::optional<std::vector<RacerId>> Parameters::racers(std::string_view name)
{
    const auto given = text(name);
    if (!given) {
        return std::nullopt;
    }
    std::vector<RacerId> ids;
    bool good = true;
    for (auto rest = *given; good;) {
        const auto comma = std::min(rest.find(','), rest.size());
        const auto id = parse_racer(rest.substr(0, comma));
        good = id && ids.size() < kMaxRacers;
        ids.push_back(id.value_or(RacerId{}));
        if (comma == rest.size()) {
            break;
        }
        rest.remove_prefix(comma + 1);
    }
    if (!good) {
        refuse(name,
               "must be 1 to " + std::to_string(kMaxRacers) + " ids with commas between them, each " + kRacerRange);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

ClassId Parameters::class_id(std::span<const ClassId> classes)
{
    const auto value = parse_whole<std::uint64_t>(text("classId").value_or(""));
    const auto known =
        std::find_if(classes.begin(), classes.end(), [&](ClassId id) { return value == std::uint64_t{raw(id)}; });
    if (known == classes.end()) {
        refuse("classId", "must be one of the classes " + list_of(classes));
        return {};
    }
    return *known;
}

ClassId Parameters::class_in_path(std::size_t at, std::span<const ClassId> classes)
{
    const auto value = parse_whole<std::uint64_t>(request_.parameters[at]);
    const auto known =
        std::find_if(classes.begin(), classes.end(), [&](ClassId id) { return value == std::uint64_t{raw(id)}; });
    if (known == classes.end()) {
        refuse("classId", "must be one of the classes " + list_of(classes), value ? 404 : 400);
        return {};
    }
    return *known;
}

RaceId Parameters::race_in_path(std::size_t at)
{
    const auto value = parse_whole<std::int64_t>(request_.parameters[at]);
    if (!value) {
        refuse("raceId", std::string(kRaceRange));
    }
    return RaceId{value.value_or(0)};
}

RacerId Parameters::racer_in_path(std::size_t at)
{
    const auto value = parse_racer(request_.parameters[at]);
    if (!value) {
        refuse("racerId", "must be " + kRacerRange);
    }
    return value.value_or(RacerId{});
}

}  // namespace alleycat::serve
