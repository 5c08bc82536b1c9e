#include <alleycat/delivery/window.hpp>

namespace alleycat::delivery {

void Windower::note(std::uint64_t sequence, SteadyTime now)
{
    if (empty()) {
        opened_ = now;
    }
    window_.last_sequence = sequence;
}

void Windower::add_failed(std::uint64_t sequence, SteadyTime now)
{
    note(sequence, now);
    ++window_.failed;
}

void Windower::add(const telemetry::Sample& sample, std::uint64_t sequence, std::uint32_t data_bytes, SteadyTime now)
{
    note(sequence, now);
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
    window_.shard = shard_;
    window_.samples.reserve(usual_samples_);
}

}  // namespace alleycat::delivery
