// Decoding and checking a record, beside a plain DOM parse of the same text that only adds up the outputs.

#include "measure.hpp"

#include <alleycat/telemetry/record_reader.hpp>

#include <simdjson.h>

namespace {

using namespace alleycat;
using telemetry::RecordReader;

constexpr int kRecords = 50;
constexpr int kRepeats = 2'000;

std::string record(int racer, bool shuffled)
{
    const auto id = std::to_string(racer);
    const auto cadence = std::to_string(60 + racer % 50);
    if (shuffled) {
        return R"({"resistance":4.15e1,"classId":1.0,"name":"Swift Heron )" + id + R"(","racerId":)" + id +
               R"(,"cadence":)" + cadence +
               R"(.0,"raceId":5400802,"second":57,"event":"update","deviceTimestamp":1620240672076,)" +
               R"("uuid":"2a5f1e9c-63a1-4d7e-9d1b-7f3f00000)" + std::to_string(100 + racer) + R"("})";
    }
    return R"({"uuid":"2a5f1e9c-63a1-4d7e-9d1b-7f3f00000)" + std::to_string(100 + racer) +
           R"(","event":"update","deviceTimestamp":1620240672076,"second":57,"raceId":5400802,"name":"Swift Heron )" +
           id + R"(","racerId":)" + id + R"(,"classId":1,"cadence":)" + cadence + R"(,"resistance":41.5})";
}

double with_reader(RecordReader& reader, std::string_view payload)
{
    double sum = 0;
    reader.start(payload);
    for (auto item = reader.next(); item != RecordReader::Item::End; item = reader.next()) {
        sum += telemetry::output(reader.record().cadence, reader.record().resistance);
    }
    return sum;
}

double with_dom(simdjson::dom::parser& parser, std::string_view payload)
{
    double sum = 0;
    const simdjson::dom::array records = parser.parse(payload.data(), payload.size(), false);
    for (const simdjson::dom::object object : records) {
        sum += telemetry::output(object["cadence"].get_double(), object["resistance"].get_double());
    }
    return sum;
}

void run(const char* name, bool shuffled)
{
    std::string payload = "[";
    for (int racer = 0; racer < kRecords; ++racer) {
        payload.append(racer == 0 ? "" : ",").append(record(racer, shuffled));
    }
    payload.append("]");
    const auto size = payload.size();
    payload.append(RecordReader::kPadding, '\0');
    const auto text = std::string_view(payload).substr(0, size);

    telemetry::RecordLimits limits;
    limits.classes = {ClassId{1}};
    RecordReader reader(limits);
    simdjson::dom::parser parser;
    const auto expected = with_dom(parser, text);
    bench::require(expected > 0 && with_reader(reader, text) == expected, "the reader's outputs differ from the DOM's");

    double sum = 0;
    const auto result = bench::compare(
        [&] {
            for (int repeat = 0; repeat < kRepeats; ++repeat) {
                sum += with_reader(reader, text);
            }
        },
        [&] {
            for (int repeat = 0; repeat < kRepeats; ++repeat) {
                sum += with_dom(parser, text);
            }
        });
    bench::require(sum > 0, "sum");
    const double records = double{kRecords} * kRepeats;
    std::printf(R"({"bench":"%s","record_bytes":%zu,"reader_ns":%.1f,"dom_parse_ns":%.1f,"dom_over_reader":%.2f})"
                "\n",
                name, size / kRecords, result.first_ns / records, result.second_ns / records, result.ratio);
}

}  // namespace

int main()
{
    run("decode_and_check", false);
    run("decode_and_check_shuffled", true);
}
