#include "iso_time.hpp"

#include <alleycat/archive/ride_formats.hpp>
#include <alleycat/core/json_text.hpp>

#include <algorithm>
#include <cmath>

namespace alleycat::archive {

namespace {

constexpr double kMostCadence = 254;                       // CadenceValue_t
constexpr double kMostWatts = 65'535;                      // an unsigned short
constexpr std::string_view kNoCharacter = "\xEF\xBF\xBD";  // U+FFFD, for what XML cannot hold

/// Appends UTF-8 as the text of an element.
void append_text(std::string& out, std::string_view text)
{
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto letter = static_cast<unsigned char>(text[at]);
        const bool no_character = text.substr(at, 3) == "\xEF\xBF\xBE" || text.substr(at, 3) == "\xEF\xBF\xBF";
        if (letter == '&') {
            out.append("&amp;");
        } else if (letter == '<') {
            out.append("&lt;");
        } else if (letter == '>') {
            out.append("&gt;");
        } else if (no_character) {
            out.append(kNoCharacter);
            at += 2;
        } else if (letter < 0x20 && letter != '\t' && letter != '\n') {
            out.append(letter == '\r' ? "&#13;" : kNoCharacter);
        } else {
            out.append(1, text[at]);
        }
    }
}

void append_rounded(std::string& out, double number, double most)
{
    append_number(out, static_cast<std::uint64_t>(std::lround(std::clamp(number, 0.0, most))));
}

void append_trackpoint(std::string& out, const RideSecond& second)
{
    append_iso_time(out.append("<Trackpoint><Time>"), second.device_timestamp_ms);
    append_rounded(out.append("</Time><Cadence>"), second.cadence, kMostCadence);
    out.append("</Cadence><Extensions>");
    if (second.watts) {
        append_rounded(out.append("<ns3:TPX><ns3:Watts>"), *second.watts, kMostWatts);
        out.append("</ns3:Watts></ns3:TPX>");
    }
    append_number(out.append("<alleycat:Second Number=\""), std::uint64_t{second.second});
    append_number(out.append("\"><alleycat:Output>"), second.output);
    append_number(out.append("</alleycat:Output><alleycat:Resistance>"), second.resistance);
    out.append("</alleycat:Resistance></alleycat:Second></Extensions></Trackpoint>\n");
}

void append_notes(std::string& out, const Ride& ride)
{
    append_text(out.append("<Notes>"), ride.name);
    append_number(out.append(" (racer "), raw(ride.racer_id));
    append_number(out.append("), class "), std::uint64_t{raw(ride.class_id)});
    append_number(out.append(", race "), raw(ride.race_id));
    out.append("</Notes>\n");
}

}  // namespace

std::string ride_tcx(const Ride& ride)
{
    std::string start;
    append_iso_time(start, ride.seconds.front().device_timestamp_ms);
    const auto ridden = ride.seconds.back().second - ride.seconds.front().second + 1;
    std::string text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<TrainingCenterDatabase xmlns=\"http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2\""
        " xmlns:ns3=\"http://www.garmin.com/xmlschemas/ActivityExtension/v2\" xmlns:alleycat=\"";
    text.append(kRideNamespace).append("\">\n<Activities><Activity Sport=\"Biking\"><Id>").append(start);
    text.append("</Id>\n<Lap StartTime=\"").append(start).append("\"><TotalTimeSeconds>");
    append_number(text, std::uint64_t{ridden});
    text.append(
        "</TotalTimeSeconds><DistanceMeters>0</DistanceMeters><Calories>0</Calories><Intensity>Active</Intensity>"
        "<TriggerMethod>Manual</TriggerMethod>\n<Track>\n");
    for (const auto& second : ride.seconds) {
        append_trackpoint(text, second);
    }
    text.append("</Track></Lap>\n");
    append_notes(text, ride);
    return text.append("</Activity></Activities></TrainingCenterDatabase>\n");
}

}  // namespace alleycat::archive
