#include <alleycat/delivery/window.hpp>

namespace alleycat::delivery {

void Windower::add(const telemetry::Sample& sample, std::uint32_t data_bytes, SteadyTime now)
{
    if (window_.samples.empty()) {
        opened_ = now;
    }
    window_.samples.push_back(sample);
    usual_samples_ = window_.samples.size();
    window_.data_bytes += data_bytes;
}

bool Windower::due(SteadyTime now) const
{
    return !empty() && (window_.data_bytes >= hints_.size_bytes || now >= deadline());
}

SteadyTime Windower::deadline() const
{
    return empty() ? SteadyTime::max() : opened_ + hints_.interval;
}

void Windower::restart()
{
    window_ = Window{};
    window_.samples.reserve(usual_samples_);
}

}  // namespace alleycat::delivery
