#include "progress.hpp"

#include <algorithm>
#include <cmath>

namespace alleycat::sim {

namespace {

constexpr std::size_t kBarColumns = 24;

std::string bar(double share)
{
    const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * kBarColumns);
    std::string text = "[" + std::string(full, '=');
    if (full < kBarColumns) {
        text.append(1, '>').append(kBarColumns - full - 1, ' ');
    }
    return text + "] " + std::to_string(std::lround(std::clamp(share, 0.0, 1.0) * 100)) + " %";
}

std::string lead(const Progress& progress)
{
    switch (progress.phase) {
        case Progress::Phase::Connecting:
            return "connecting";
        case Progress::Phase::Waiting:
            return "race " + std::to_string(progress.race_id) + " starts in " +
                   std::to_string(progress.until_start.count()) + " s";
        case Progress::Phase::Racing:
            return "race " + std::to_string(progress.race_id) + ' ' + bar(progress.share);
        case Progress::Phase::Settling:
            return "waiting for the last acknowledgements";
        case Progress::Phase::Done:
            return "done";
    }
    return {};
}

}  // namespace

std::string ProgressBar::render(const Progress& progress, std::size_t columns)
{
    const std::uint64_t done = progress.acked + progress.rejected;
    const double passed = std::chrono::duration<double>(progress.now - last_time_).count();
    if (last_time_.time_since_epoch().count() != 0 && passed > 0 && done >= last_done_) {
        rate_ = static_cast<double>(done - last_done_) / passed;
    }
    last_done_ = done;
    last_time_ = progress.now;

    std::string line =
        lead(progress) + "  sent " + std::to_string(progress.sent) + "  acked " + std::to_string(progress.acked);
    if (progress.rejected > 0) {
        line += "  rejected " + std::to_string(progress.rejected);
    }
    line += "  " + std::to_string(std::llround(rate_)) + "/s";
    line.resize(std::min(line.size(), columns));
    return kClearLine + line;
}

}  // namespace alleycat::sim
