#include <alleycat/core/clock.hpp>
#include <alleycat/core/counters.hpp>

namespace alleycat {

void DoorCounters::reject(Errc code, std::string_view message)
{
    rejected[static_cast<std::size_t>(code)].fetch_add(1, std::memory_order_relaxed);
    tell(name(code), message);
}

void DoorCounters::tell(std::string_view code, std::string_view message) const
{
    if (recent_ != nullptr) {
        recent_->add(door_, code, message, epoch_ms());
    }
}

}  // namespace alleycat
