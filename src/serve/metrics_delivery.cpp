#include "metrics_parts.hpp"

namespace alleycat::serve {

void add_delivery_metrics(Families& families, const Status& status)
{
    if (status.delivered == nullptr) {
        return;
    }
    using enum prometheus::MetricType;
    const auto& state = status.delivery;
    const auto& delivered = *status.delivered;
    families.begin(Gauge, "alleycat_delivery_windows", "Closed windows that are not delivered yet.");
    families.add({{"state", "waiting"}}, std::uint64_t{state.waiting});
    families.add({{"state", "in_work"}}, std::uint64_t{state.in_work});
    families.begin(Gauge, "alleycat_delivery_oldest_seconds", "Age of the oldest record in these windows.");
    const auto now = std::chrono::steady_clock::now();
    families.add({}, state.oldest ? std::chrono::duration<double>(now - *state.oldest).count() : 0.0);
    families.begin(Gauge, "alleycat_delivery_disk_failing", "1 while a window waits for the disk.");
    families.add({}, state.disk_failing ? 1.0 : 0.0);
    families.begin(Counter, "alleycat_delivery_windows_total", "Windows delivered.");
    families.add({}, delivered.windows.load());
    families.begin(Counter, "alleycat_delivery_objects_total", "Files written under delivery.");
    families.add({}, delivered.objects.load());
    families.begin(Counter, "alleycat_delivery_object_bytes_total", "Their compressed size.");
    families.add({}, delivered.object_bytes.load());
    families.begin(Counter, "alleycat_delivery_object_records_total", "Records in them.");
    families.add({}, delivered.object_records.load());
    families.begin(Counter, "alleycat_delivery_failed_records_total",
                   "Records stored under delivery/processing-failed, by reason.");
    for (std::size_t code = 0; code < delivery::kFailureCodes.size(); ++code) {
        if (const auto count = delivered.failed[code].load()) {
            families.add({{"code", std::string(delivery::kFailureCodes[code])}}, count);
        }
    }
    families.begin(Counter, "alleycat_delivery_disk_failures_total", "Attempts to store a file that failed.");
    families.add({}, delivered.disk_failures.load());
    families.begin(Counter, "alleycat_delivery_expired_files_total", "Delivered files removed by age or size.");
    families.add({}, delivered.expired_files.load());
    families.begin(Counter, "alleycat_delivery_expired_bytes_total", "Their size.");
    families.add({}, delivered.expired_bytes.load());
    if (status.transform != nullptr) {
        families.begin(Counter, "alleycat_transform_calls_total", "Calls of the external transform.");
        families.add({}, status.transform->calls.load());
        families.begin(Counter, "alleycat_transform_retries_total", "Those of them that repeated another.");
        families.add({}, status.transform->retries.load());
        families.begin(Counter, "alleycat_transform_seconds_total", "Time spent in them.");
        families.add({}, static_cast<double>(status.transform->call_microseconds.load()) / 1e6);
    }
}

}  // namespace alleycat::serve
