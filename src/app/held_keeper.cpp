#include "held_keeper.hpp"

#include <string>
#include <vector>

namespace alleycat::app {

Result<void> keep_held(const delivery::Window& window, const ErasedRacers& erased, quarantine::Quarantine& quarantine)
{
    std::vector<quarantine::HeldRecord> records;
    for (const auto& [record, race_id, reasons] : window.held) {
        const auto& sample = record.sample;
        if (!erased.erased(sample.racer_id, record.arrival_ms)) {
            records.push_back({{record.sequence, window.shard},
                               record.arrival_ms,
                               reasons,
                               sample.class_id,
                               race_id,
                               sample.racer_id,
                               std::string(window.partition_key(record)),
                               std::string(window.data(record))});
        }
    }
    return quarantine.keep(records);
}

}  // namespace alleycat::app
