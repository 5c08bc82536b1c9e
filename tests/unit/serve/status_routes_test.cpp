#include "../net/server_thread.hpp"

#include <alleycat/core/unique_fd.hpp>
#include <alleycat/serve/status_routes.hpp>

#include <catch2/catch.hpp>
#include <fcntl.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

using namespace alleycat;
using namespace alleycat::serve;

namespace {

struct Metrics {
    std::map<std::string, double> samples;     // name with labels, as written
    std::map<std::string, std::string> types;  // by family
};

bool is_name(std::string_view text)
{
    return !text.empty() && (text.front() < '0' || text.front() > '9') &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:") == text.npos;
}

/// Takes `{name="value",…}` off the front of `text`; false where it is not written so.
bool take_labels(std::string_view& text)
{
    do {
        text.remove_prefix(1);
        const auto equals = text.find("=\"");
        if (equals == text.npos || !is_name(text.substr(0, equals))) {
            return false;
        }
        text.remove_prefix(equals + 2);
        for (; !text.empty() && text.front() != '"'; text.remove_prefix(1)) {
            if (text.front() == '\\') {
                text.remove_prefix(1);
                if (text.empty() || std::string_view("\"\\n").find(text.front()) == text.npos) {
                    return false;
                }
            }
        }
        text.remove_prefix(std::min<std::size_t>(1, text.size()));
    } while (!text.empty() && text.front() == ',');
    const bool closed = !text.empty() && text.front() == '}';
    text.remove_prefix(closed ? 1 : 0);
    return closed;
}

/// Reads one sample: name, labels, value.
void take_sample(std::string_view line, const std::string& family, Metrics& metrics)
{
    const auto name = line.substr(0, line.find_first_of("{ "));
    // Samples stand together, behind their type.
    const bool part = metrics.types[family] == "histogram" &&
                      (name == family + "_bucket" || name == family + "_sum" || name == family + "_count");
    CHECK((name == family || part));
    auto rest = line.substr(name.size());
    if (!rest.empty() && rest.front() == '{') {
        REQUIRE(take_labels(rest));
    }
    REQUIRE(rest.substr(0, 1) == " ");
    const std::string value(rest.substr(1));
    std::size_t used = 0;
    const auto number = std::stod(value, &used);
    CHECK(used == value.size());
    CHECK(metrics.samples.emplace(line.substr(0, line.size() - rest.size()), number).second);
}

/// Reads Prometheus' text format 0.0.4; fails where a line is not of it.
Metrics parse(const std::string& text)
{
    Metrics metrics;
    std::set<std::string> helped;
    std::string family;
    std::istringstream lines(text);
    REQUIRE(text.back() == '\n');
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        std::istringstream words(line);
        std::string hash;
        std::string word;
        words >> hash >> word;
        if (hash != "#") {
            take_sample(line, family, metrics);
            continue;
        }
        std::string name;
        std::string kind;
        words >> name >> kind;
        CHECK(is_name(name));
        if (word == "HELP") {
            CHECK(helped.insert(name).second);
        } else {
            CHECK(word == "TYPE");
            family = name;
            CHECK(helped.contains(family));
            CHECK(metrics.types.emplace(family, kind).second);
        }
    }
    for (const auto& [name, kind] : metrics.types) {
        CAPTURE(name);
        CHECK((name.rfind("alleycat_", 0) == 0 || name.rfind("process_", 0) == 0));
        CHECK((kind == "counter" || kind == "gauge" || kind == "histogram"));
        const bool total = name.size() > 6 && name.substr(name.size() - 6) == "_total";
        CHECK(total == (kind == "counter"));
    }
    return metrics;
}

struct Doors {
    DoorCounters mqtt;
    DoorCounters websocket;
    delivery::PoolCounters delivered;
    Durations flushes;

    [[nodiscard]] Status status() const
    {
        Status made;
        made.version = "0.1.0";
        made.doors = {{"mqtt", &mqtt}, {"websocket", &websocket}};
        made.shards.resize(2);
        made.shards[0].appended = 100;
        made.shards[0].consumed = 90;
        made.shards[0].ring_bytes = 640;
        made.shards[1].consumed = 1'000'000'007;
        made.shards[1].ring_capacity = 4096;
        made.shards[1].oldest = std::chrono::milliseconds(2'500);
        made.shards[1].commit_times.buckets = {9, 2, 0, 0, 0, 0, 0, 1};
        made.shards[1].commit_times.seconds = 2.25;
        made.classes = {{ClassId{1}, 2, 42}, {ClassId{2}, 0, 0}};
        made.history_flush_times = &flushes;
        made.storage = Status::Storage{1'000'000, 250'000, 4'096};
        made.live_queue_bytes = 777;
        made.shards[1].failure = boost::system::errc::make_error_code(boost::system::errc::no_space_on_device);
        made.ledger.doors = {{"replay", 5}, {"websocket", 0}, {"mqtt", 12'345'678'901}};
        made.ledger.applied = 77;
        made.ledger.failed = 2;
        made.ledger.in_stream = 3;
        made.ledger.in_delivery = 4;
        made.delivery.waiting = 2;
        made.delivery.disk_failing = true;
        made.delivered = &delivered;
        made.connections = 5;
        made.viewers = 3;
        made.resyncs = 1;
        return made;
    }
};

}  // namespace

TEST_CASE("metrics are Prometheus text and say what the status says", "[serve][metrics]")
{
    Doors doors;
    doors.mqtt.accepted_bytes = 2'500'000'000'000;
    doors.websocket.stalls = 4;
    doors.delivered.objects = 9;
    const auto out_of_range =
        std::ranges::find(delivery::kFailureCodes, "OutOfRange") - delivery::kFailureCodes.begin();
    doors.delivered.failed[static_cast<std::size_t>(out_of_range)] = 4;
    doors.websocket.rejected[static_cast<std::size_t>(Errc::OutOfRange)] = 9;
    doors.websocket.rejected[static_cast<std::size_t>(Errc::CorruptFile)] = 1;
    const auto metrics = parse(metrics_text(doors.status()));
    const auto& samples = metrics.samples;
    CHECK(samples.at(R"(alleycat_build_info{version="0.1.0"})") == 1);
    CHECK(samples.at(R"(alleycat_records_accepted_total{door="mqtt"})") == 12'345'678'901);
    CHECK(samples.at(R"(alleycat_records_accepted_total{door="websocket"})") == 0);
    CHECK(samples.at(R"(alleycat_records_accepted_bytes_total{door="mqtt"})") == 2'500'000'000'000);
    CHECK(samples.at(R"(alleycat_records_rejected_total{door="websocket",code="OutOfRange"})") == 9);
    CHECK(samples.at(R"(alleycat_records_rejected_total{door="websocket",code="CorruptFile"})") == 1);
    CHECK(samples.at(R"(alleycat_door_stalls_total{door="websocket"})") == 4);
    CHECK(samples.at(R"(alleycat_shard_appended_records_total{shard="0"})") == 100);
    CHECK(samples.at(R"(alleycat_shard_consumed_records_total{shard="0"})") == 90);
    CHECK(samples.at(R"(alleycat_shard_consumed_records_total{shard="1"})") == 1'000'000'007);
    CHECK(samples.at(R"(alleycat_shard_ring_bytes{shard="0"})") == 640);
    CHECK(samples.at(R"(alleycat_shard_ring_capacity_bytes{shard="1"})") == 4096);
    CHECK(samples.at(R"(alleycat_records_accepted_total{door="replay"})") == 5);
    CHECK(samples.at("alleycat_records_applied_total") == 77);
    CHECK(samples.at("alleycat_records_failed_total") == 2);
    CHECK(samples.at("alleycat_records_dropped_total") == 0);
    CHECK(samples.at(R"(alleycat_records_in_flight{stage="stream"})") == 3);
    CHECK(samples.at(R"(alleycat_records_in_flight{stage="delivery"})") == 4);
    CHECK(metrics.types.at("alleycat_log_commit_duration_seconds") == "histogram");
    CHECK(samples.at(R"(alleycat_log_commit_duration_seconds_bucket{shard="1",le="0.001"})") == 9);
    CHECK(samples.at(R"(alleycat_log_commit_duration_seconds_bucket{shard="1",le="0.003"})") == 11);
    CHECK(samples.at(R"(alleycat_log_commit_duration_seconds_bucket{shard="1",le="1"})") == 11);
    CHECK(samples.at(R"(alleycat_log_commit_duration_seconds_bucket{shard="1",le="+Inf"})") == 12);
    CHECK(samples.at(R"(alleycat_log_commit_duration_seconds_count{shard="1"})") == 12);
    CHECK(samples.at(R"(alleycat_log_commit_duration_seconds_sum{shard="1"})") == 2.25);
    CHECK(samples.at(R"(alleycat_log_commit_duration_seconds_count{shard="0"})") == 0);
    CHECK(samples.at(R"(alleycat_shard_oldest_seconds{shard="0"})") == 0);
    CHECK(samples.at(R"(alleycat_shard_oldest_seconds{shard="1"})") == 2.5);
    CHECK(samples.at(R"(alleycat_races_open{class="1"})") == 2);
    CHECK(samples.at(R"(alleycat_racers_now{class="1"})") == 42);
    CHECK(samples.at(R"(alleycat_racers_now{class="2"})") == 0);
    CHECK(samples.at("alleycat_history_flush_seconds_count") == 0);
    CHECK(samples.at("alleycat_results_failing") == 0);
    CHECK(samples.at("alleycat_storage_size_bytes") == 1'000'000);
    CHECK(samples.at("alleycat_storage_free_bytes") == 250'000);
    CHECK(samples.at("alleycat_database_bytes") == 4'096);
    CHECK(samples.at("alleycat_live_queue_bytes") == 777);
    CHECK(samples.at(R"(alleycat_log_failing{shard="0"})") == 0);
    CHECK(samples.at(R"(alleycat_log_failing{shard="1"})") == 1);
    CHECK(samples.at("alleycat_delivery_windows{state=\"waiting\"}") == 2);
    CHECK(samples.at("alleycat_delivery_windows{state=\"in_work\"}") == 0);
    CHECK(samples.at("alleycat_delivery_disk_failing") == 1);
    CHECK(samples.at("alleycat_delivery_objects_total") == 9);
    CHECK(samples.at("alleycat_delivery_failed_records_total{code=\"OutOfRange\"}") == 4);
    CHECK(samples.count("alleycat_transform_calls_total") == 0);
    CHECK(samples.at("alleycat_connections") == 5);
    CHECK(samples.at("alleycat_live_viewers") == 3);
    CHECK(samples.at("alleycat_live_resyncs_total") == 1);
    CHECK_FALSE(metrics.types.contains("alleycat_mqtt_connected"));
}

TEST_CASE("metrics of a broker stand only where there is one", "[serve][metrics]")
{
    Doors doors;
    auto status = doors.status();
    status.doors[0].connected = false;
    status.doors.push_back({"mqtt-gym", &doors.mqtt, 0, true});
    const auto samples = parse(metrics_text(status)).samples;
    CHECK(samples.at(R"(alleycat_mqtt_connected{door="mqtt"})") == 0);
    CHECK(samples.at(R"(alleycat_mqtt_connected{door="mqtt-gym"})") == 1);
    CHECK_FALSE(samples.contains(R"(alleycat_mqtt_connected{door="websocket"})"));
}

TEST_CASE("metrics say whether results can be written, and what the disk does not say they leave out",
          "[serve][metrics]")
{
    Doors doors;
    auto status = doors.status();
    status.results_failing = true;
    status.storage.reset();
    const auto metrics = parse(metrics_text(status));
    CHECK(metrics.samples.at("alleycat_results_failing") == 1);
    CHECK_FALSE(metrics.types.contains("alleycat_storage_free_bytes"));
    CHECK_FALSE(metrics.types.contains("alleycat_database_bytes"));
}

TEST_CASE("the process is told of under the names that all programs have for it", "[serve][metrics]")
{
    const auto started = parse(process_metrics_text());
    CHECK(started.types.at("process_cpu_seconds_total") == "counter");
    CHECK(started.samples.at("process_resident_memory_bytes") > 1e6);
    CHECK(started.samples.at("process_open_fds") >= 3);
    const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    CHECK(started.samples.at("process_start_time_seconds") <= now + 1);
    CHECK(started.samples.at("process_start_time_seconds") > now - 24 * 3600);
    const UniqueFd another(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    CHECK(parse(process_metrics_text()).samples.at("process_open_fds") == started.samples.at("process_open_fds") + 1);
}

TEST_CASE("metrics stay parseable whatever a label holds", "[serve][metrics]")
{
    DoorCounters counters;
    Status status;
    status.version = "1.0 \"quoted\" back\\slash\nline";
    status.doors = {{"a\"b", &counters}};
    const auto metrics = parse(metrics_text(status));
    CHECK(metrics.samples.contains(R"(alleycat_build_info{version="1.0 \"quoted\" back\\slash\nline"})"));
    CHECK(metrics.samples.contains(R"(alleycat_door_stalls_total{door="a\"b"})"));
}

TEST_CASE("the daemon says whether it lives and whether it is ready", "[serve][status]")
{
    Doors doors;
    Status status = doors.status();
    net::ServerThread net;
    add_status_routes(net.server, [&] { return status; });
    net.start();
    net::RawClient client(net.port());
    CHECK(client.get("/healthz").status == 200);
    CHECK(client.get("/readyz").status == 200);
    net.on_thread([&] { status.not_ready = "the broker is not connected"; });
    const auto answer = client.get("/readyz");
    CHECK(answer.status == 503);
    CHECK(answer.body == "the broker is not connected\n");
    CHECK(client.get("/healthz").status == 200);
    const auto metrics = client.get("/metrics");
    CHECK(metrics.status == 200);
    CHECK(metrics.header("content-type") == "text/plain; version=0.0.4; charset=utf-8");
    const auto samples = parse(metrics.body).samples;
    CHECK(samples.at("alleycat_connections") == 5);
    CHECK(samples.contains("process_resident_memory_bytes"));
    net.stop();
}
