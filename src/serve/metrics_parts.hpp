#pragma once

#include "metric_families.hpp"

#include <alleycat/serve/status_routes.hpp>

namespace alleycat::serve {

/// Windows, their files, and what transforms their records. Where the status says something of them.
void add_delivery_metrics(Families& families, const Status& status);
/// The places where the data lies: history files, database, disk.
void add_storage_metrics(Families& families, const Status& status);
/// What no bike can have sent. Where somebody judges.
void add_plausibility_metrics(Families& families, const Status& status);
/// Who is connected, and what they watch.
void add_live_metrics(Families& families, const Status& status);

}  // namespace alleycat::serve
