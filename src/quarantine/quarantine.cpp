#include <alleycat/quarantine/quarantine.hpp>

#include <spdlog/spdlog.h>

namespace alleycat::quarantine {

namespace {

constexpr auto kExpiryInterval = std::chrono::minutes(10);

}  // namespace

Quarantine::Quarantine(Store::Options options)
    : store_(std::move(options)), thread_(kCapacity, TaskThread::Chore{kExpiryInterval, [this] { remove_expired(); }})
{
}

Result<void> Quarantine::keep(std::span<const HeldRecord> records)
{
    const std::lock_guard lock(mutex_);
    auto kept = store_.keep(records);
    if (!kept && !failing_) {
        spdlog::error("quarantine: records cannot be kept: {}; their windows wait", kept.error().message());
    }
    failing_ = !kept;
    return kept;
}

Result<std::uint64_t> Quarantine::erase(RacerId racer, std::int64_t asked_ms)
{
    const std::lock_guard lock(mutex_);
    return store_.erase(racer, asked_ms);
}

std::vector<std::uint64_t> Quarantine::positions() const
{
    const std::lock_guard lock(mutex_);
    return store_.positions();
}

bool Quarantine::try_ask(Task task)
{
    return thread_.try_run([this, task = std::move(task)] {
        const std::lock_guard lock(mutex_);
        task(store_);
    });
}

void Quarantine::remove_expired()
{
    const std::lock_guard lock(mutex_);
    if (const auto removed = store_.remove_expired(); !removed) {
        spdlog::error("quarantine: what is too old cannot be removed: {}", removed.error().message());
    }
}

}  // namespace alleycat::quarantine
