#include <alleycat/core/clock.hpp>
#include <alleycat/delivery/record_line.hpp>
#include <alleycat/delivery/transform.hpp>

namespace alleycat::delivery {

bool BuiltInTransform::apply(const Window& window, Outcomes& outcomes)
{
    for (const auto& record : window.records) {
        if (record.valid()) {
            line_.clear();
            append_with_output(line_, window.data(record), record.sample.output);
            outcomes.ok(record, line_, record.sample);
            continue;
        }
        const auto& refusal = window.refusal(record);
        Failure failure;
        failure.code = alleycat::name(refusal.code);
        failure.message = refusal.message;
        failure.ended_ms = epoch_ms();
        outcomes.failed(record, failure);
    }
    return true;
}

}  // namespace alleycat::delivery
