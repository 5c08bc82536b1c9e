// Routing a partition key, and a record's way through a shard's ring to its consumer.

#include "measure.hpp"

#include <alleycat/stream/stream.hpp>

#include <cstdlib>
#include <thread>

namespace {

using namespace alleycat;

constexpr std::uint64_t kRecords = 1'000'000;
constexpr std::uint64_t kRacers = 1'000;

/// Counts and adds up what comes, so that nothing can be lost unseen.
class Sum final : public stream::ShardConsumer {
public:
    explicit Sum(double& total) : total_(total) {}
    bool ready(stream::SteadyTime) override { return true; }
    void consume(const stream::Entry& entry, stream::SteadyTime) override { sum_ += entry.output; }
    void refuse(const stream::Entry&, const telemetry::Rejection&, stream::SteadyTime) override { std::abort(); }
    stream::SteadyTime end_batch(stream::SteadyTime) override { return stream::SteadyTime::max(); }
    void finish() override { total_ += sum_; }

private:
    double& total_;
    double sum_{0};
};

void bench_hash()
{
    stream::KeyHasher hash;
    bench::require(stream::to_decimal(hash("a")) == "16955237001963240173058271559858726497", "MD5 of \"a\"");
    std::vector<double> times;
    std::uint64_t mixed = 0;
    for (int round = 0; round < bench::kRounds; ++round) {
        times.push_back(bench::time_ns([&] {
            for (std::uint64_t key = 0; key < kRecords / 10; ++key) {
                mixed += raw(stream::shard_of(hash(std::to_string(key)), 4));
            }
        }));
    }
    bench::require(mixed > 0, "shards");
    std::printf(R"({"bench":"md5_and_shard","ns":%.1f})"
                "\n",
                bench::median(times) / (kRecords / 10.0));
}

void bench_way()
{
    std::vector<double> times;
    for (int round = 0; round < bench::kRounds; ++round) {
        double total = 0;
        std::vector<std::unique_ptr<stream::ShardConsumer>> consumers;
        consumers.push_back(std::make_unique<Sum>(total));
        stream::Stream::Options options;
        options.shards = 1;
        stream::Ledger ledger;
        stream::Stream stream(options, std::move(consumers), ledger);
        auto producer = stream.make_producer("bench", [] {});
        stream.start();
        telemetry::Record record;
        record.class_id = ClassId{1};
        record.second = 1;
        record.cadence = 65;  // 100 × (35 + 65) / 100 = 100
        record.resistance = 35;
        record.name = "Swift Heron 12";
        const std::string text(200, 'x');
        std::vector<std::string> keys;
        for (std::uint64_t racer = 0; racer < kRacers; ++racer) {
            keys.push_back(std::to_string(racer));
        }
        stream::NewRecord added;
        added.data = text;
        added.record = &record;
        times.push_back(bench::time_ns([&] {
            for (std::uint64_t at = 0; at < kRecords; ++at) {
                record.racer_id = RacerId{at % kRacers};
                added.partition_key = keys[at % kRacers];
                while (!producer.try_append(added)) {
                    std::this_thread::yield();
                }
            }
            producer.flush();
            bench::require(stream.stop(stream::SteadyTime::max()) == 0, "a record was not committed");
        }));
        bench::require(total == 100.0 * kRecords, "a record was lost on its way");
    }
    std::printf(R"({"bench":"append_to_consumer","ns":%.1f})"
                "\n",
                bench::median(times) / kRecords);
}

}  // namespace

int main()
{
    bench_hash();
    bench_way();
}
