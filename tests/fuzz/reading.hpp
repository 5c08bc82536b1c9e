#pragma once

#include <alleycat/telemetry/record_reader.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::fuzz {

/// Ends the program, which makes the input at hand a finding.
inline void require(bool good, const char* claim)
{
    if (!good) {
        std::fprintf(stderr, "not so: %s\n", claim);
        std::abort();
    }
}

inline telemetry::RecordLimits limits()
{
    telemetry::RecordLimits made;
    made.classes = {ClassId{1}, ClassId{2}, ClassId{6}};
    return made;
}

/// What a reader made of one record, as a value.
struct Item {
    bool accepted{false};
    telemetry::Record record;  // without its views
    std::string name;
    std::string uuid;
    telemetry::Rejection rejection;

    bool operator==(const Item& other) const
    {
        if (accepted != other.accepted) {
            return false;
        }
        if (!accepted) {
            return rejection.code == other.rejection.code && rejection.message == other.rejection.message &&
                   rejection.uuid == other.rejection.uuid;
        }
        return record.event == other.record.event && record.device_timestamp_ms == other.record.device_timestamp_ms &&
               record.second == other.record.second && record.race_id == other.record.race_id &&
               record.racer_id == other.record.racer_id && record.class_id == other.record.class_id &&
               record.cadence == other.record.cadence && record.resistance == other.record.resistance &&
               name == other.name && uuid == other.uuid;
    }
};

/// A copy of a payload that ends where its padding ends, so that the address sanitizer sees every byte read too far.
class Padded {
public:
    explicit Padded(std::string_view text) : bytes_(text.begin(), text.end()), size_(text.size())
    {
        bytes_.resize(size_ + telemetry::RecordReader::kPadding, '}');  // what stands there must not matter
    }
    [[nodiscard]] std::string_view text() const { return {bytes_.data(), size_}; }

private:
    std::vector<char> bytes_;
    std::size_t size_;
};

/// The reader's current item.
inline Item current(const telemetry::RecordReader& reader, bool accepted)
{
    Item item;
    item.accepted = accepted;
    if (accepted) {
        item.record = reader.record();
        item.name = item.record.name;
        item.uuid = item.record.uuid;
        item.record.name = {};
        item.record.uuid = {};
    } else {
        item.rejection = reader.rejection();
    }
    return item;
}

/// All items of a payload.
inline std::vector<Item> read_all(telemetry::RecordReader& reader, std::string_view payload)
{
    using Kind = telemetry::RecordReader::Item;
    const Padded padded(payload);
    reader.start(padded.text());
    std::vector<Item> items;
    for (auto kind = reader.next(); kind != Kind::End; kind = reader.next()) {
        items.push_back(current(reader, kind == Kind::Record));
        require(items.size() <= payload.size(), "items are bounded by the payload");
        require(reader.record_text().size() <= payload.size(), "a record lies within its payload");
    }
    require(reader.next() == Kind::End, "the end stays the end");
    return items;
}

}  // namespace alleycat::fuzz
