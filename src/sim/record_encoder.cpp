#include "record_encoder.hpp"

#include "random.hpp"

#include <alleycat/core/json_text.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace alleycat::sim {

struct RecordEncoder::Values {
    const Rider& rider;
    const Race& race;
    Effort effort;
    std::uint32_t second;
    bool last;
    std::int64_t device_timestamp_ms;
    std::uint64_t id;     // of this record: names it, and decides how it is written
    std::uint64_t forms;  // two bits a number: how it is written; 0 is the plain form
};

namespace {

enum class NumberForm : std::uint64_t { Plain, Zero, Exponent };

/// An identifier of the shape of RFC 4122, version 4.
void append_uuid(std::string& out, std::uint64_t id)
{
    static constexpr char kHex[] = "0123456789abcdef";
    static constexpr std::string_view kShape = "xxxxxxxx-xxxx-4xxx-Vxxx-xxxxxxxxxxxx";
    std::array<char, kShape.size()> text{};
    std::uint64_t bits = mix(id, 1);
    for (std::size_t at = 0; at < text.size(); ++at) {
        switch (kShape[at]) {
            case 'x':
                text[at] = kHex[bits & 15U];
                bits >>= 4U;
                break;
            case 'V':  // the first half has given its 60 bits
                bits = mix(id, 2);
                text[at] = kHex[8U | (bits & 3U)];
                bits >>= 2U;
                break;
            default:
                text[at] = kShape[at];
        }
    }
    out.append(text.data(), text.size());
}

void append_tenths(std::string& out, int tenths, NumberForm form)
{
    const auto whole = static_cast<std::uint64_t>(tenths) / 10;
    const auto rest = static_cast<char>('0' + tenths % 10);
    if (form == NumberForm::Exponent) {
        append_number(out, rest == '0' && whole % 10 == 0 ? whole / 10 : static_cast<std::uint64_t>(tenths));
        out.append(rest == '0' && whole % 10 == 0 ? "e1" : "e-1");
        return;
    }
    append_number(out, whole);
    if (rest != '0' || form == NumberForm::Zero) {
        out.append(1, '.').append(1, rest);
    }
    if (rest != '0' && form == NumberForm::Zero) {
        out.append(1, '0');
    }
}

}  // namespace

RecordEncoder::RecordEncoder(std::uint64_t seed, std::uint32_t last_second, bool shuffle)
    : seed_(seed), last_second_(last_second), shuffle_(shuffle)
{
}

void RecordEncoder::append_field(std::string& out, int field, const Values& values)
{
    switch (field) {
        case 0:
            out.append("\"uuid\":\"");
            append_uuid(out, values.id);
            out.append(1, '"');
            break;
        case 1:
            out.append(values.last ? R"("event":"final")" : R"("event":"update")");
            break;
        case 2:
            out.append("\"deviceTimestamp\":");
            append_number(out, values.device_timestamp_ms);
            break;
        case 3:
            out.append("\"second\":");
            append_number(out, std::uint64_t{values.second});
            break;
        case 4:
            out.append("\"raceId\":");
            append_number(out, raw(values.race.id));
            break;
        case 5:
            out.append("\"name\":\"").append(values.rider.name).append(1, '"');
            break;
        case 6:
            out.append("\"racerId\":");
            append_number(out, raw(values.rider.racer_id));
            break;
        case 7:
            out.append("\"classId\":");
            append_number(out, std::uint64_t{raw(values.rider.class_id)});
            break;
        case 8:
            out.append("\"cadence\":");
            append_tenths(out, values.effort.cadence_tenths, NumberForm{(values.forms & 3U) % 3});
            break;
        default:
            out.append("\"resistance\":");
            append_tenths(out, values.effort.resistance_tenths, NumberForm{(values.forms >> 2U) % 3});
            break;
    }
}

void RecordEncoder::append(std::string& out, const Rider& rider, const Race& race, std::uint32_t second,
                           std::int64_t device_timestamp_ms) const
{
    // The race's id is part of the record's identity: two runs with one seed in different races are different records.
    const std::uint64_t id =
        mix(mix(mix(seed_, static_cast<std::uint64_t>(raw(race.id))), raw(rider.racer_id)), second);
    const Values values{rider,
                        race,
                        effort(rider, race.number, second),
                        second,
                        second == last_second_,
                        device_timestamp_ms,
                        id,
                        shuffle_ ? mix(id, 3) & 15U : 0};
    std::array<int, kFields> order{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    if (shuffle_) {
        for (int last = kFields - 1; last > 0; --last) {
            const auto bits = mix(id, 16 + static_cast<std::uint64_t>(last));
            std::swap(order[static_cast<std::size_t>(last)], order[bits % static_cast<std::uint64_t>(last + 1)]);
        }
    }
    char before = '{';
    for (const int field : order) {
        out.append(1, before);
        append_field(out, field, values);
        before = ',';
    }
    out.append(1, '}');
}

}  // namespace alleycat::sim
