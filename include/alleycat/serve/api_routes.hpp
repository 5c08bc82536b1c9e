#pragma once

#include <alleycat/access/identity.hpp>
#include <alleycat/archive/ride.hpp>
#include <alleycat/core/race_clock.hpp>
#include <alleycat/core/recent_rejects.hpp>
#include <alleycat/history/best_table.hpp>
#include <alleycat/net/http_server.hpp>
#include <alleycat/quarantine/quarantine.hpp>
#include <alleycat/ranking/score.hpp>
#include <alleycat/results/leaderboard.hpp>
#include <alleycat/results/result_queries.hpp>
#include <alleycat/serve/live_feed.hpp>

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace alleycat::serve {

/// What the API says of a class beside what is being ridden.
struct ClassInfo {
    ClassId id{};
    std::string name;
    std::uint32_t race_length{300};  ///< seconds
};

/// What a client may know of who may do what.
struct AccessInfo {
    bool tokens{false};                          ///< needed
    bool open_viewing{false};                    ///< but not by who only looks
    std::optional<access::Identity> identity{};  ///< of the token that was brought, where it is good
};

/// What came of erasing a person.
struct ErasureReport {
    std::string json;  ///< an object, for who asked
};
struct ErasureFailure {
    std::string detail;  ///< one line
};
using ErasureOutcome = std::variant<ErasureReport, ErasureFailure>;

/// What of what is held is to be let go: one record, or all that a filter means, up to 10,000.
using ReleaseOrder = std::variant<quarantine::HeldId, quarantine::Filter>;
struct ReleaseOutcome {
    std::uint64_t released{0};
    std::uint64_t left{0};                ///< that the filter still means
    std::uint64_t invalid{0};             ///< of them, those that are no valid records any more
    std::string why{};                    ///< one of these is not
    boost::system::error_code failure{};  ///< what ended it early
};

/// What the API is answered from. All that is referred to outlives the server.
struct Api {
    /// Those that are configured, in the order in which they are told. On the network thread.
    std::function<std::vector<ClassInfo>()> classes;
    std::function<std::string(RacerId)> name_of;                               ///< any thread
    std::function<std::shared_ptr<const history::ClassBests>(ClassId)> bests;  ///< any thread; never null
    const LiveFeed& live;
    const results::Leaderboards& leaderboards;
    results::ResultQueries& queries;
    ranking::Score score{ranking::Score::Output};
    ranking::Ties ties{ranking::Ties::Competition};
    std::function<RaceMoment()> clock;                      ///< where the races are now; on the network thread
    const RecentRejects& rejects;                           ///< of all doors
    std::function<AccessInfo(const net::Request&)> access;  ///< on the network thread
    /// Erases a person everywhere. Called on the network thread; calls `done` once, on any thread, while the server's
    /// io_context lives. Who may ask for that has been seen to before.
    std::function<void(RacerId, std::function<void(ErasureOutcome)> done)> erase;
    /// Gathers a ride from what is stored, as archive::RideReader::try_ask() does: false where too many wait, else
    /// `done` is called once, on any thread. Called on any thread.
    std::function<bool(const archive::RideQuery&, std::function<void(const Result<archive::Ride>&)> done)> ride;
    quarantine::Quarantine* quarantine{nullptr};  ///< null: nothing is ever held
    /// Lets go what is held: false where too many orders wait, else `done` is called once. On the network thread, both.
    std::function<bool(const ReleaseOrder&, std::function<void(const ReleaseOutcome&)> done)> release{};
};

/// How this API says what is refused: as `application/problem+json` where that is the custom, else as a line of text.
[[nodiscard]] net::Response error_answer(std::string_view path, unsigned status, std::string detail);

/// `/api/v1/…`, and the two endpoints of the system this one replaces, `/leaderboard` and `/getRaces`. From here on all
/// that the server refuses under these paths is `application/problem+json`.
///
/// Thread: parameters are read on the network thread, the database on that of `api.queries`; a full queue answers 503.
///         What answers on threads of its own (queries, rides, erasures) is stopped before `server` is destroyed, and
///         the io_context behind that.
/// Bounds: at most 1,000 rows an answer, but for the CSV of a whole race and a part of the history; getRaces ends with
///         the race that brings it over 16 MiB.
void add_api_routes(net::HttpServer& server, Api api);

}  // namespace alleycat::serve
