#include <alleycat/ingest/intake.hpp>

namespace alleycat::ingest {

using telemetry::RecordReader;

std::string_view Intake::Taken::text() const
{
    return std::string_view(rest).substr(0, rest.size() - std::min(rest.size(), RecordReader::kPadding));
}

Intake::Intake(telemetry::RecordLimits limits, std::string_view partition_key, stream::Producer producer,
               DoorCounters& counters)
    : reader_(std::move(limits)), partition_key_(partition_key), producer_(std::move(producer)), counters_(counters)
{
}

void Intake::count(const telemetry::Rejection& rejection)
{
    counters_.reject(rejection.code, rejection.message);
}

Intake::Taken Intake::take(std::string_view payload, RejectSink& sink, stream::Origin origin)
{
    Taken taken;
    std::uint64_t bytes = 0;
    const auto stop = [&](Outcome outcome) {
        taken.outcome = outcome;
        taken.rest = reader_.rest();
        taken.rest.append(RecordReader::kPadding, '\0');
    };
    reader_.start(payload);
    for (auto item = reader_.next(); item != RecordReader::Item::End; item = reader_.next()) {
        if (item == RecordReader::Item::Record) {
            const auto& record = reader_.record();
            origin.arrival_ms = producer_.arrival_ms();
            stream::NewRecord added;
            added.partition_key = partition_key_.render(record, origin);
            added.data = reader_.record_text();
            added.record = &record;
            if (!producer_.try_append(added)) {
                counters_.stalls.fetch_add(1, std::memory_order_relaxed);
                stop(Outcome::RingFull);
                break;
            }
            ++taken.accepted;
            bytes += added.data.size();
        } else {
            if (!sink.may_reject()) {
                stop(Outcome::Congested);
                break;
            }
            const auto& rejection = reader_.rejection();
            count(rejection);
            sink.on_reject(rejection, taken.accepted);
        }
    }
    counters_.accepted.fetch_add(taken.accepted, std::memory_order_relaxed);
    counters_.accepted_bytes.fetch_add(bytes, std::memory_order_relaxed);
    return taken;
}

}  // namespace alleycat::ingest
