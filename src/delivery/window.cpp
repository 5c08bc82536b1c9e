#include <alleycat/delivery/window.hpp>

namespace alleycat::delivery {

Window::Record Windower::take(const WindowRecord& record, SteadyTime now)
{
    if (empty()) {
        window_.opened = now;
    }
    Window::Record kept;
    kept.sequence = record.sequence;
    kept.arrival_ms = record.arrival_ms;
    kept.replayed = record.replayed;
    kept.text_at = window_.text.size();
    kept.data_bytes = static_cast<std::uint32_t>(record.data.size());
    kept.key_bytes = static_cast<std::uint32_t>(record.partition_key.size());
    window_.text.append(record.data).append(record.partition_key);
    window_.data_bytes += record.data.size();
    usual_text_ = window_.text.size();
    return kept;
}

Window::Record& Windower::add(const WindowRecord& record, SteadyTime now)
{
    const auto kept = take(record, now);  // which asks whether the window is empty
    window_.records.push_back(kept);
    usual_records_ = window_.records.size();
    return window_.records.back();
}

void Windower::hold(const WindowRecord& record, const telemetry::Sample& sample, RaceId race_id, Suspicions reasons,
                    SteadyTime now)
{
    auto kept = take(record, now);
    kept.sample = sample;
    window_.held.push_back({kept, race_id, reasons});
}

void Windower::add(const WindowRecord& record, const telemetry::Sample& sample, SteadyTime now)
{
    add(record, now).sample = sample;
}

void Windower::add(const WindowRecord& record, const telemetry::Rejection& why, SteadyTime now)
{
    window_.refusals.push_back({why.code, why.message});
    message_bytes_ += why.message.size();
    add(record, now).refusal = static_cast<std::uint32_t>(window_.refusals.size());
}

bool Windower::due(SteadyTime now) const
{
    return !empty() && (window_.data_bytes >= hints_.size_bytes || now >= deadline());
}

SteadyTime Windower::deadline() const
{
    return empty() ? SteadyTime::max() : window_.opened + hints_.interval;
}

bool Windower::full() const
{
    const auto held = window_.text.size() + message_bytes_ + window_.records.size() * sizeof(Window::Record) +
                      window_.held.size() * sizeof(Window::Held) + window_.refusals.size() * sizeof(Window::Refusal);
    return window_.data_bytes >= full_bytes() || held >= 2 * full_bytes();
}

void Windower::restart()
{
    window_ = Window{};
    window_.shard = shard_;
    window_.records.reserve(usual_records_);
    window_.text.reserve(usual_text_);
    message_bytes_ = 0;
}

}  // namespace alleycat::delivery
