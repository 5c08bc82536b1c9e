#include "iso_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

namespace alleycat::archive {

void append_iso_time(std::string& out, std::int64_t since_epoch_ms)
{
    using namespace std::chrono;
    constexpr sys_time<milliseconds> kFirst = sys_days(year(1) / January / 1);
    constexpr sys_time<milliseconds> kLast = sys_days(year(10'000) / January / 1) - milliseconds(1);
    const auto time = std::clamp(sys_time<milliseconds>(milliseconds(since_epoch_ms)), kFirst, kLast);
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                   clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace alleycat::archive
