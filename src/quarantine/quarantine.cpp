#include <alleycat/quarantine/quarantine.hpp>

#include <spdlog/spdlog.h>

namespace alleycat::quarantine {

namespace {

constexpr auto kExpiryInterval = std::chrono::minutes(10);

}  // namespace

Quarantine::Quarantine(Store::Options options) : store_(std::move(options)) {}

Quarantine::~Quarantine()
{
    stop();
}

void Quarantine::start()
{
    thread_ = std::thread(&Quarantine::run, this);
}

void Quarantine::stop()
{
    if (thread_.joinable()) {
        stopping_ = true;
        queue_.close();
        thread_.join();
    }
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
    return queue_.try_push(task);
}

void Quarantine::run()
{
    auto next_expiry = std::chrono::steady_clock::time_point::min();
    while (!queue_.finished() && !stopping_) {
        if (std::chrono::steady_clock::now() >= next_expiry) {
            next_expiry = std::chrono::steady_clock::now() + kExpiryInterval;
            const std::lock_guard lock(mutex_);
            if (const auto removed = store_.remove_expired(); !removed) {
                spdlog::error("quarantine: what is too old cannot be removed: {}", removed.error().message());
            }
        }
        if (const auto task = queue_.pop_until(next_expiry)) {
            const std::lock_guard lock(mutex_);
            (*task)(store_);
        }
    }
}

}  // namespace alleycat::quarantine
