#pragma once

#include <alleycat/stream/stream.hpp>

#include <algorithm>
#include <cstring>
#include <span>

namespace alleycat::stream {

/// What the record says, without what only the stream knows. The name points where the record's does.
[[nodiscard]] inline Entry entry_of(const telemetry::Record& record)
{
    Entry entry;
    entry.event = record.event;
    entry.second = record.second;
    entry.race_id = record.race_id;
    entry.racer_id = record.racer_id;
    entry.class_id = record.class_id;
    entry.output = telemetry::output(record.cadence, record.resistance);
    entry.name = record.name;
    return entry;
}

/// A record as it stands in a ring: what its consumer gets, and what only the log keeps.
struct Framed {
    Entry entry;
    std::optional<HashKey> hash_key;
    std::optional<Errc> refused;  // the data is not valid, for this reason …
    std::string_view why;         // … and this one
};

/// Its bytes in the ring: this struct, the hash key if there is one, then name (or why), key and data.
struct EntryFrame {
    SequenceNumber sequence;
    std::int64_t arrival_ms;
    RaceId race_id;
    RacerId racer_id;
    double output;
    ClassId class_id;
    std::uint32_t second;
    std::uint16_t name_bytes;
    std::uint16_t key_bytes;
    telemetry::Event event;
    bool has_hash_key;
    std::uint8_t refused;  // an Errc; 0: not
    std::uint8_t verdict;  // its bits
};
static_assert(std::is_trivially_copyable_v<EntryFrame>);

[[nodiscard]] inline std::string_view name_or_why(const Framed& record)
{
    static constexpr std::size_t kMost = UINT16_MAX;
    return (record.refused ? record.why : record.entry.name).substr(0, kMost);
}

[[nodiscard]] inline std::size_t frame_size(const Framed& record)
{
    return sizeof(EntryFrame) + (record.hash_key ? sizeof(HashKey) : 0) + name_or_why(record).size() +
           record.entry.partition_key.size() + record.entry.data.size();
}

inline void write_frame(std::byte* room, const Framed& record)
{
    const auto& entry = record.entry;
    const auto name = name_or_why(record);
    const EntryFrame frame{entry.sequence,
                           entry.arrival_ms,
                           entry.race_id,
                           entry.racer_id,
                           entry.output,
                           entry.class_id,
                           entry.second,
                           static_cast<std::uint16_t>(name.size()),
                           static_cast<std::uint16_t>(entry.partition_key.size()),
                           entry.event,
                           record.hash_key.has_value(),
                           static_cast<std::uint8_t>(record.refused.value_or(Errc{})),
                           entry.verdict.bits()};
    std::memcpy(room, &frame, sizeof frame);
    room += sizeof frame;
    if (record.hash_key) {
        std::memcpy(room, &*record.hash_key, sizeof(HashKey));
        room += sizeof(HashKey);
    }
    for (const auto text : {name, entry.partition_key, entry.data}) {
        std::copy(text.begin(), text.end(), reinterpret_cast<char*>(room));  // one may be empty, and nowhere
        room += text.size();
    }
}

/// The views point into `bytes`.
[[nodiscard]] inline Framed read_frame(std::span<const std::byte> bytes)
{
    EntryFrame frame;
    std::memcpy(&frame, bytes.data(), sizeof frame);
    bytes = bytes.subspan(sizeof frame);
    Framed record;
    if (frame.has_hash_key) {
        std::memcpy(&record.hash_key.emplace(), bytes.data(), sizeof(HashKey));
        bytes = bytes.subspan(sizeof(HashKey));
    }
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto name = text.substr(0, frame.name_bytes);
    if (frame.refused != 0) {
        record.refused = static_cast<Errc>(frame.refused);
        record.why = name;
    }
    record.entry = {frame.sequence,
                    frame.arrival_ms,
                    false,
                    text.substr(frame.name_bytes, frame.key_bytes),
                    text.substr(std::size_t{frame.name_bytes} + frame.key_bytes),
                    frame.event,
                    frame.second,
                    frame.race_id,
                    frame.racer_id,
                    frame.class_id,
                    frame.output,
                    frame.refused == 0 ? name : std::string_view(),
                    Verdict::from_bits(frame.verdict)};
    return record;
}

}  // namespace alleycat::stream
