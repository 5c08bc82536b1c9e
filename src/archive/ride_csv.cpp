#include "iso_time.hpp"

#include <alleycat/archive/ride_formats.hpp>
#include <alleycat/core/json_text.hpp>

namespace alleycat::archive {

/// Numbers and times need no quotes.
std::string ride_csv(const Ride& ride)
{
    std::string text = "second,time,cadence,resistance,output,watts\r\n";
    for (const auto& second : ride.seconds) {
        append_number(text, std::uint64_t{second.second});
        append_iso_time(text.append(1, ','), second.device_timestamp_ms);
        append_number(text.append(1, ','), second.cadence);
        append_number(text.append(1, ','), second.resistance);
        append_number(text.append(1, ','), second.output);
        text.append(1, ',');
        if (second.watts) {
            append_number(text, *second.watts);
        }
        text.append("\r\n");
    }
    return text;
}

}  // namespace alleycat::archive
