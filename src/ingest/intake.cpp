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

std::optional<telemetry::Rejection> Intake::refusal(const telemetry::Record& record, const Sender& sender)
{
    const auto refuse = [&](Errc code, std::string message) {
        return telemetry::Rejection{code, std::move(message), std::string(record.uuid)};
    };
    if (!sender.may_send) {
        return refuse(Errc::Unauthorized, "records come from whoever has a token for it: a bike, a studio");
    }
    if (sender.only && record.racer_id != *sender.only) {
        return refuse(Errc::Unauthorized,
                      "racerId: this sender may only send for racer " + std::to_string(raw(*sender.only)));
    }
    if (sender.rate != nullptr && !sender.rate->has(1, std::chrono::steady_clock::now())) {
        return refuse(Errc::RateLimited, "too many records a second");
    }
    return std::nullopt;
}

Intake::Taken Intake::take(std::string_view payload, RejectSink& sink, stream::Origin origin, const Sender& sender)
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
        const bool readable = item == RecordReader::Item::Record;
        const auto of_sender = readable ? refusal(reader_.record(), sender) : std::nullopt;
        if (const auto* refused = of_sender ? &*of_sender : readable ? nullptr : &reader_.rejection()) {
            if (!sink.may_reject()) {
                stop(Outcome::Congested);
                break;
            }
            count(*refused);
            sink.on_reject(*refused, taken.accepted);
            continue;
        }
        const auto& record = reader_.record();
        origin.arrival_ms = producer_.arrival_ms();
        stream::NewRecord added;
        added.partition_key = partition_key_.render(record, origin);
        added.data = reader_.record_text();
        added.record = &record;
        if (judge_ != nullptr) {
            added.verdict = judge_->judge(record, origin.arrival_ms, sender.connection);
        }
        if (!producer_.try_append(added)) {
            counters_.stalls.fetch_add(1, std::memory_order_relaxed);
            stop(Outcome::RingFull);
            break;
        }
        if (sender.rate != nullptr) {
            sender.rate->take(1);
        }
        ++taken.accepted;
        bytes += added.data.size();
    }
    counters_.accepted.fetch_add(taken.accepted, std::memory_order_relaxed);
    counters_.accepted_bytes.fetch_add(bytes, std::memory_order_relaxed);
    return taken;
}

}  // namespace alleycat::ingest
