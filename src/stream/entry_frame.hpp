#pragma once

#include <alleycat/stream/stream.hpp>

#include <algorithm>
#include <cstring>
#include <span>

namespace alleycat::stream {

/// `data_bytes`: the size of the record's text. The name points where the record's does.
[[nodiscard]] inline Entry entry_of(const telemetry::Record& record, SequenceNumber sequence, std::size_t data_bytes)
{
    Entry entry;
    entry.sequence = sequence;
    entry.event = record.event;
    entry.second = record.second;
    entry.race_id = record.race_id;
    entry.racer_id = record.racer_id;
    entry.class_id = record.class_id;
    entry.output = telemetry::output(record.cadence, record.resistance);
    entry.data_bytes = static_cast<std::uint32_t>(data_bytes);
    entry.name = record.name;
    return entry;
}

/// A record as a producer puts it into a ring: what the log keeps of it, and what the consumer needs.
struct Appended {
    Entry entry;  // its sequence: the number that the producer drew
    std::int64_t arrival_ms{0};
    std::string_view partition_key;
    std::string_view data;  // empty where there is no log
};

/// Its bytes in the ring: this struct, then name, key and data.
struct EntryFrame {
    std::uint64_t sequence;
    std::int64_t arrival_ms;
    RaceId race_id;
    RacerId racer_id;
    double output;
    ClassId class_id;
    std::uint32_t second;
    std::uint32_t data_bytes;
    std::uint16_t name_bytes;
    std::uint16_t key_bytes;
    telemetry::Event event;
};
static_assert(std::is_trivially_copyable_v<EntryFrame>);

[[nodiscard]] inline std::size_t frame_size(const Appended& record)
{
    return sizeof(EntryFrame) + record.entry.name.size() + record.partition_key.size() + record.data.size();
}

inline void write_frame(std::byte* room, const Appended& record)
{
    const auto& entry = record.entry;
    const EntryFrame frame{entry.sequence,
                           record.arrival_ms,
                           entry.race_id,
                           entry.racer_id,
                           entry.output,
                           entry.class_id,
                           entry.second,
                           entry.data_bytes,
                           static_cast<std::uint16_t>(entry.name.size()),
                           static_cast<std::uint16_t>(record.partition_key.size()),
                           entry.event};
    std::memcpy(room, &frame, sizeof frame);
    room += sizeof frame;
    for (const auto text : {entry.name, record.partition_key, record.data}) {
        std::copy(text.begin(), text.end(), reinterpret_cast<char*>(room));  // one may be empty, and nowhere
        room += text.size();
    }
}

/// The views point into `bytes`.
[[nodiscard]] inline Appended read_frame(std::span<const std::byte> bytes)
{
    EntryFrame frame;
    std::memcpy(&frame, bytes.data(), sizeof frame);
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    const auto key = sizeof frame + frame.name_bytes;
    const auto data = key + frame.key_bytes;
    return {{frame.sequence,
             false,
             frame.event,
             frame.second,
             frame.race_id,
             frame.racer_id,
             frame.class_id,
             frame.output,
             frame.data_bytes,
             {text + sizeof frame, frame.name_bytes}},
            frame.arrival_ms,
            {text + key, frame.key_bytes},
            {text + data, bytes.size() - data}};
}

}  // namespace alleycat::stream
