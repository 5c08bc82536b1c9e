#pragma once

#include <alleycat/archive/ride.hpp>

namespace alleycat::archive {

/// RFC 4180 with the header `second,time,cadence,resistance,output,watts` and CRLF. `time` is the bike's, ISO 8601 in
/// UTC with milliseconds; `watts` is empty where it is not known.
[[nodiscard]] std::string ride_csv(const Ride& ride);

/// What the elements of this program's own are named by in a TCX file; see the room's README.
inline constexpr std::string_view kRideNamespace = "urn:alleycat:ride:1";

/// A TrainingCenterDatabase, version 2, of one activity with one lap. `ride` has at least one second.
[[nodiscard]] std::string ride_tcx(const Ride& ride);

}  // namespace alleycat::archive
