#include "record_encoder.hpp"

#include <alleycat/telemetry/record_reader.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>

using namespace alleycat;
using namespace alleycat::sim;

namespace {

constexpr std::uint32_t kLastSecond = 300;
const Race kRace{2, RaceId{5984393}, 1795317900000};

std::string encode(const RecordEncoder& encoder, const Rider& rider, std::uint32_t second, const Race& race = kRace)
{
    std::string text;
    encoder.append(text, rider, race, second, race.start_ms + 1000 * std::int64_t{second});
    return text;
}

/// Calls `check` with the record as the daemon reads it. Fails unless `text` is exactly one good record.
void read(const std::string& text, const std::function<void(const telemetry::Record&)>& check)
{
    telemetry::RecordLimits limits;
    limits.classes = {ClassId{3}};
    telemetry::RecordReader reader(limits);
    const std::string padded = text + std::string(telemetry::RecordReader::kPadding, ' ');
    reader.start(std::string_view(padded).substr(0, text.size()));
    REQUIRE(reader.next() == telemetry::RecordReader::Item::Record);
    check(reader.record());
    REQUIRE(reader.next() == telemetry::RecordReader::Item::End);
}

/// `shape`: x is any lower-case hexadecimal digit, V one of 8, 9, a and b, all else itself.
bool has_shape(const std::string& text, std::string_view shape)
{
    return std::equal(text.begin(), text.end(), shape.begin(), shape.end(), [](char is, char wanted) {
        const std::string_view digits = wanted == 'x' ? "0123456789abcdef" : "89ab";
        return wanted == 'x' || wanted == 'V' ? digits.find(is) != std::string_view::npos : is == wanted;
    });
}

}  // namespace

TEST_CASE("the daemon reads back what the rider did, in any form", "[sim][encoder]")
{
    const bool shuffle = GENERATE(false, true);
    const RecordEncoder encoder(1, kLastSecond, shuffle);
    for (std::uint64_t racer = 0; racer < 50; ++racer) {
        const Rider rider = make_rider(1, RacerId{racer}, ClassId{3});
        for (std::uint32_t second = 1; second < kLastSecond; second += 13) {
            const Effort done = effort(rider, kRace.number, second);
            read(encode(encoder, rider, second), [&](const telemetry::Record& record) {
                CHECK(record.event == telemetry::Event::Update);
                CHECK(record.second == second);
                CHECK(record.race_id == kRace.id);
                CHECK(record.racer_id == rider.racer_id);
                CHECK(record.class_id == ClassId{3});
                CHECK(record.name == rider.name);
                CHECK(record.device_timestamp_ms == kRace.start_ms + 1000 * std::int64_t{second});
                CHECK(record.cadence == done.cadence_tenths / 10.0);
                CHECK(record.resistance == done.resistance_tenths / 10.0);
            });
        }
    }
}

TEST_CASE("every form of the extreme and the round numbers reads back as that number", "[sim][encoder]")
{
    Rider rider = make_rider(1, RacerId{1}, ClassId{3});
    const int tenths = GENERATE(0, 5, 10, 100, 800, 805, 1000);
    rider.cadence = {tenths, tenths};
    rider.resistance = {tenths, tenths};
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        read(encode(RecordEncoder(seed, kLastSecond, true), rider, 1), [&](const telemetry::Record& record) {
            CHECK(record.cadence == tenths / 10.0);
            CHECK(record.resistance == tenths / 10.0);
        });
    }
}

TEST_CASE("only the last second is final", "[sim][encoder]")
{
    const RecordEncoder encoder(1, kLastSecond, false);
    const Rider rider = make_rider(1, RacerId{1}, ClassId{3});
    const auto event = [&](std::uint32_t second) {
        telemetry::Event result{};
        read(encode(encoder, rider, second), [&](const telemetry::Record& record) { result = record.event; });
        return result;
    };
    CHECK(event(kLastSecond - 1) == telemetry::Event::Update);
    CHECK(event(kLastSecond) == telemetry::Event::Final);
}

TEST_CASE("a record takes 170 to 230 bytes", "[sim][encoder]")
{
    const RecordEncoder encoder(1, kLastSecond, false);
    std::size_t shortest = 1000;
    std::size_t longest = 0;
    for (std::uint64_t racer = 0; racer < 40'000; racer += 7) {
        const Rider rider = make_rider(1, RacerId{racer}, ClassId{3});
        for (const std::uint32_t second : {1U, 99U, kLastSecond}) {
            const std::size_t size = encode(encoder, rider, second).size();
            shortest = std::min(shortest, size);
            longest = std::max(longest, size);
        }
    }
    CHECK(shortest >= 170);
    CHECK(longest <= 230);
}

TEST_CASE("a record's uuid has the shape of version 4 and is its own", "[sim][encoder]")
{
    const RecordEncoder encoder(1, kLastSecond, false);
    const Race other_race{kRace.number, RaceId{raw(kRace.id) + 1}, kRace.start_ms};
    std::set<std::string> seen;
    for (std::uint64_t racer = 0; racer < 20; ++racer) {
        const Rider rider = make_rider(1, RacerId{racer}, ClassId{3});
        for (std::uint32_t second = 1; second <= 20; ++second) {
            for (const Race& race : {kRace, other_race}) {
                const std::string text = encode(encoder, rider, second, race);
                const std::string uuid = text.substr(text.find("\"uuid\":\"") + 8, 36);
                CHECK(has_shape(uuid, "xxxxxxxx-xxxx-4xxx-Vxxx-xxxxxxxxxxxx"));
                seen.insert(uuid);
            }
        }
    }
    CHECK(seen.size() == 20 * 20 * 2);
    const Rider rider = make_rider(1, RacerId{1}, ClassId{3});
    CHECK(encode(encoder, rider, 1) == encode(encoder, rider, 1));
}

TEST_CASE("shuffled records put their fields in many orders", "[sim][encoder]")
{
    const RecordEncoder encoder(1, kLastSecond, true);
    std::set<std::string> first_fields;
    for (std::uint64_t racer = 0; racer < 200; ++racer) {
        const std::string text = encode(encoder, make_rider(1, RacerId{racer}, ClassId{3}), 1);
        first_fields.insert(text.substr(2, text.find('"', 2) - 2));
    }
    CHECK(first_fields.size() == 10);
}
