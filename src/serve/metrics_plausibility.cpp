#include "metrics_parts.hpp"

namespace alleycat::serve {

void add_plausibility_metrics(Families& families, const Status& status)
{
    if (!status.plausibility) {
        return;
    }
    using enum prometheus::MetricType;
    const auto& told = *status.plausibility;
    families.begin(Counter, "alleycat_records_suspect_total",
                   "Records that no bike can have sent, by reason; one sent again counts once.");
    for (const auto suspicion : kSuspicions) {
        families.add({{"reason", std::string(name(suspicion))}}, told.suspect[static_cast<std::size_t>(suspicion)]);
    }
    families.begin(Counter, "alleycat_records_held_total", "Records that went into quarantine instead of the history.");
    families.add({}, status.ledger.held);
    families.begin(Gauge, "alleycat_quarantine_records", "Records in quarantine.");
    families.add({}, told.held);
    families.begin(Counter, "alleycat_quarantine_dropped_total",
                   "Records that left the quarantine since there were too many, or they were too old.");
    families.add({}, told.dropped);
}

}  // namespace alleycat::serve
