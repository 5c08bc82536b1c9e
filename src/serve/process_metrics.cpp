#include "metric_families.hpp"

#include <alleycat/serve/status_routes.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace alleycat::serve {

namespace {

/// Of /proc/self/stat, what follows the program's name, which may hold anything: from field 3 on.
std::vector<std::string> stat_fields()
{
    std::ifstream file("/proc/self/stat");
    std::string text;
    std::getline(file, text);
    std::istringstream rest(text.substr(std::min(text.rfind(')') + 1, text.size())));
    std::vector<std::string> fields;
    for (std::string field; rest >> field;) {
        fields.push_back(field);
    }
    return fields;
}

/// When the machine was started, in seconds since the epoch.
double boot_seconds()
{
    std::ifstream file("/proc/stat");
    for (std::string word; file >> word;) {
        if (double seconds = 0; word == "btime" && file >> seconds) {
            return seconds;
        }
    }
    return 0;
}

std::uint64_t open_files()
{
    std::error_code failure;
    std::uint64_t count = 0;
    for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", failure);
         !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
        ++count;
    }
    return count - std::min<std::uint64_t>(count, 1);  // the directory itself
}

}  // namespace

std::string process_metrics_text()
{
    using enum prometheus::MetricType;
    // Fields of proc(5), numbered from 1 there.
    constexpr std::size_t kUserTicks = 14 - 3;
    constexpr std::size_t kSystemTicks = 15 - 3;
    constexpr std::size_t kStartTicks = 22 - 3;
    constexpr std::size_t kResidentPages = 24 - 3;
    Families families;
    families.begin(Gauge, "process_open_fds", "Open file descriptors.");
    families.add({}, open_files());
    const auto fields = stat_fields();
    if (fields.size() > kResidentPages) {
        const auto number = [&fields](std::size_t field) { return std::strtod(fields[field].c_str(), nullptr); };
        const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
        families.begin(Counter, "process_cpu_seconds_total", "User and system time spent.");
        families.add({}, (number(kUserTicks) + number(kSystemTicks)) / ticks_per_second);
        families.begin(Gauge, "process_resident_memory_bytes", "Memory in use.");
        families.add({}, number(kResidentPages) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
        families.begin(Gauge, "process_start_time_seconds", "When the process was started, since the epoch.");
        families.add({}, boot_seconds() + number(kStartTicks) / ticks_per_second);
    }
    return families.text();
}

}  // namespace alleycat::serve
