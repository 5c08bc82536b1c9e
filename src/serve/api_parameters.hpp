#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/core/whole_number.hpp>
#include <alleycat/net/http.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::serve {

/// A parameter that cannot be taken.
struct BadParameter {
    unsigned status{400};  ///< 404: it names something that is not there
    std::string name;
    std::string detail;  ///< what is allowed
};

/// Reads a request's parameters one by one. Of those that cannot be taken the first is kept, and what was read in its
/// place means nothing: look at wrong() behind the last one. Parameters that nobody reads are ignored.
class Parameters {
public:
    static constexpr std::size_t kMaxRacers = 100;

    explicit Parameters(const net::Request& request) : request_(request) {}

    /// Of the query; nullopt where it is absent.
    [[nodiscard]] std::optional<std::string_view> text(std::string_view name);
    [[nodiscard]] std::optional<std::size_t> whole(std::string_view name, std::size_t low, std::size_t high);
    [[nodiscard]] std::optional<RaceId> race(std::string_view name);
    [[nodiscard]] std::optional<RacerId> racer(std::string_view name);
    /// Ids with commas between them, ascending and each once.
    [[nodiscard]] std::optional<std::vector<RacerId>> racers(std::string_view name);
    /// `classId`, which must be there and be one of these.
    [[nodiscard]] ClassId class_id(std::span<const ClassId> classes);

    /// What stands in the path, in place of the route's {} number `at`.
    [[nodiscard]] ClassId class_in_path(std::size_t at, std::span<const ClassId> classes);
    [[nodiscard]] RaceId race_in_path(std::size_t at);
    [[nodiscard]] RacerId racer_in_path(std::size_t at);

    void refuse(std::string_view name, std::string detail, unsigned status = 400);
    [[nodiscard]] const std::optional<BadParameter>& wrong() const { return wrong_; }

private:
    const net::Request& request_;
    std::optional<BadParameter> wrong_;
};

}  // namespace alleycat::serve
