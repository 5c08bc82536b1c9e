#include "ride_builder.hpp"

#include <alleycat/delivery/record_line.hpp>

namespace alleycat::archive {

using telemetry::RecordReader;

namespace {

telemetry::RecordLimits only(telemetry::RecordLimits limits, ClassId class_id)
{
    limits.classes = {class_id};  // it may be configured no more
    return limits;
}

}  // namespace

RideBuilder::RideBuilder(const RideQuery& query, telemetry::RecordLimits limits)
    : query_(query), search_(query.racer_id), reader_(only(std::move(limits), query.class_id))
{
    ride_.racer_id = query.racer_id;
    ride_.class_id = query.class_id;
    ride_.race_id = query.race_id;
}

void RideBuilder::take_logged(std::string_view data, std::int64_t arrival_ms)
{
    if (!search_.names(data)) {
        return;
    }
    payload_.assign(data).append(RecordReader::kPadding, '\0');
    if (reader_.read_one(std::string_view(payload_).substr(0, data.size())) == RecordReader::Item::Record) {
        add(arrival_ms);
    }
}

void RideBuilder::take_delivered(std::string_view lines)
{
    search_.for_each_line(lines, [this](std::string_view line) {
        if (reader_.read_one(line) == RecordReader::Item::Record) {
            add(std::nullopt);
        }
        return true;
    });
}

void RideBuilder::add(std::optional<std::int64_t> arrival_ms)
{
    const auto& record = reader_.record();
    if (record.racer_id != query_.racer_id || record.race_id != query_.race_id) {
        return;
    }
    RideSecond second{record.second, record.device_timestamp_ms, arrival_ms, record.cadence, record.resistance, 0, {}};
    const auto delivered = arrival_ms ? std::nullopt : delivery::output_of(reader_.record_text());
    second.output = delivered.value_or(telemetry::output(record.cadence, record.resistance));
    second.watts = delivery::number_of(reader_.record_text(), "watts");
    const auto [at, added] = seconds_.try_emplace(record.second, second);
    if (!added && second.output > at->second.output) {
        at->second = second;
    }
    if (record.second >= name_second_) {
        name_second_ = record.second;
        ride_.name = record.name;
    }
    if (record.event == telemetry::Event::Final) {
        final_second_ = std::max(final_second_, record.second);
    }
}

bool RideBuilder::complete() const
{
    return final_second_ != 0 && seconds_.size() >= final_second_ && seconds_.rbegin()->first == final_second_;
}

Ride RideBuilder::finish()
{
    for (const auto& [number, second] : seconds_) {
        ride_.seconds.push_back(second);
    }
    return std::move(ride_);
}

}  // namespace alleycat::archive
