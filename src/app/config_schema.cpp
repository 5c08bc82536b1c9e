#include "config_schema.hpp"

#include "config_access_keys.hpp"
#include "config_classes.hpp"
#include "config_rule_tables.hpp"
#include "config_rules.hpp"
#include "config_units.hpp"

#include <algorithm>

namespace alleycat::app {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kKB = 1024;
constexpr std::uint64_t kMB = 1024 * kKB;
constexpr std::uint64_t kGB = 1024 * kMB;

/// A running daemon can take on another value of this key.
Key live(Key key)
{
    key.live = true;
    return key;
}

template <class S>
struct Section {
    std::string name;
    S Config::*part;

    template <class T>
    Key operator()(std::string key, T S::*member, Kind<T> kind, std::string help) const
    {
        return {name,
                std::move(key),
                std::move(kind.placeholder),
                std::move(kind.allowed),
                std::move(help),
                [at = part, member, read = std::move(kind.read)](Config& config, const Value& value) {
                    auto result = read(value);
                    if (auto* complaint = std::get_if<Complaint>(&result)) {
                        return std::optional<Complaint>(std::move(*complaint));
                    }
                    config.*at.*member = std::get<T>(std::move(result));
                    return std::optional<Complaint>();
                },
                [at = part, member, literal = std::move(kind.literal)](const Config& config) {
                    return literal(config.*at.*member);
                },
                [at = part, member](Config& to, const Config& from) { to.*at.*member = from.*at.*member; },
                false};
    }
};

Key classes_key()
{
    auto kind = class_list();
    return {"",
            "classes",
            kind.placeholder,
            kind.allowed,
            "The exercise classes; [[class]] tables in the file",
            [read = kind.read](Config& config, const Value& value) -> std::optional<Complaint> {
                auto result = read(value);
                if (auto* complaint = std::get_if<Complaint>(&result)) {
                    return std::move(*complaint);
                }
                config.classes = std::get<std::vector<ClassConfig>>(std::move(result));
                return std::nullopt;
            },
            [literal = kind.literal](const Config& config) { return literal(config.classes); },
            [](Config& to, const Config& from) { to.classes = from.classes; },
            true};
}

Kind<std::string> stream_name()
{
    return text("1 to 128 letters, digits, '_', '.' or '-'", is_stream_name);
}

Kind<std::string> transform_url()
{
    return text("an address such as \"http://127.0.0.1:9000/transform\", or empty",
                [](std::string_view url) { return url.empty() || is_http_url(url); });
}

Kind<std::string> client_id()
{
    return text("1 to 256 bytes of text", [](std::string_view id) { return !id.empty() && id.size() <= 256; });
}

Kind<std::string> optional_topic()
{
    return text("an MQTT topic without + and #, or empty",
                [](std::string_view topic) { return topic.empty() || is_topic(topic); });
}

/// As a browser says where a page is from (RFC 6454, 6.2).
bool is_origin(std::string_view text)
{
    const auto scheme = text.find("://");
    const auto name = text.substr(0, scheme);
    return text == "*" ||
           ((name == "http" || name == "https") && is_http_url("http" + std::string(text.substr(scheme))) &&
            text.find('/', scheme + 3) == std::string_view::npos);
}

Kind<std::vector<std::string>> origins()
{
    return word_list("origins such as \"https://club.example,http://wall.local:3000\", or \"*\", or empty", is_origin);
}

Kind<std::vector<std::string>> addresses()
{
    return word_list("IP addresses such as \"127.0.0.1,::1\", or empty", is_ip_address);
}

Kind<std::string> user_name()
{
    return text("text of at most 65535 bytes, or empty", [](std::string_view name) { return name.size() <= 65'535; });
}

std::vector<Key> make_schema()
{
    const Section http{"http", &Config::http};
    const Section auth{"auth", &Config::auth};
    const Section mqtt{"mqtt", &Config::mqtt};
    const Section storage{"storage", &Config::storage};
    const Section stream{"stream", &Config::stream};
    const Section stream_api{"stream_api", &Config::stream_api};
    const Section delivery{"delivery", &Config::delivery};
    const Section transform{"transform", &Config::transform};
    const Section history{"history", &Config::history};
    const Section race{"race", &Config::race};
    const Section ranking{"ranking", &Config::ranking};
    const Section limits{"limits", &Config::limits};
    const Section plausibility{"plausibility", &Config::plausibility};
    const Section log{"log", &Config::log};
    const auto stream_limits = choice<StreamLimits>({"none", "kinesis"});
    const auto auth_modes = choice<AuthMode>({"none", "token"});
    const auto protocols = choice<MqttProtocol>({"3.1.1", "5"});
    const auto scores = choice<alleycat::ranking::Score>({"output", "best", "mean", "total"});
    const auto ties = choice<alleycat::ranking::Ties>({"competition", "dense"});
    const auto plausibility_modes = choice<PlausibilityMode>({"off", "flag", "quarantine"});
    const auto levels = choice<LogLevel>({"trace", "debug", "info", "warning", "error"});
    const auto formats = choice<LogFormat>({"text", "json"});
    return {
        http("listen", &Http::listen, listen_endpoint(), "Address of the web page, the API and both WebSockets"),
        http("idle_timeout", &Http::idle_timeout, duration(1s, 1h), "Close a connection that asks nothing for so long"),
        http("request_timeout", &Http::request_timeout, duration(100ms, 600s),
             "Time in which a request's header must arrive"),
        http("certificate_file", &Http::certificate_file, optional_path(),
             "Certificate chain (PEM); set: https only, empty: plain http"),
        http("key_file", &Http::key_file, optional_path(), "Its private key (PEM)"),
        http("origins", &Http::origins, origins(), "Other sites whose pages may open WebSockets"),
        http("cors_origins", &Http::cors_origins, origins(), "Other sites whose pages may read what is public"),
        http("proxies", &Http::proxies, addresses(), "Addresses whose connections are not counted each by itself"),

        auth("mode", &Auth::mode, auth_modes, "Who may connect: everybody, or who has a token"),
        auth("open_viewing", &Auth::open_viewing, yes_or_no(), "Let those who only look do without a token"),
        auth("insecure_open", &Auth::insecure_open, yes_or_no(),
             "Let the whole network in without tokens; also --insecure-open"),
        auth("mosquitto_directory", &Auth::mosquitto_directory, optional_path(),
             "Keep the broker's password and access files here"),
        auth("mosquitto_pid_file", &Auth::mosquitto_pid_file, optional_path(),
             "File with the process id of the broker, to tell it of changes"),

        mqtt("broker", &Mqtt::broker, optional_endpoint(), "The MQTT broker; empty: no MQTT"),
        mqtt("username", &Mqtt::username, user_name(), "User at the broker; empty: anonymous"),
        mqtt("password_file", &Mqtt::password_file, optional_path(), "File whose first line is the broker's password"),
        mqtt("client_id", &Mqtt::client_id, client_id(), "Name of this daemon's session at the broker"),
        mqtt("protocol", &Mqtt::protocol, protocols, "MQTT version"),
        mqtt("topic", &Mqtt::topic, optional_topic_filter(), "Topic filter of the bikes' records; empty: rules alone"),
        mqtt("qos", &Mqtt::qos, whole_number(0, 1), "Quality of service of that subscription"),
        mqtt("error_action", &Mqtt::error_action, error_action(), "What becomes of messages that fail"),
        mqtt("results_topic", &Mqtt::results_topic, optional_topic(), "Topic of the live results; empty: none"),
        mqtt("records_topic", &Mqtt::records_topic, optional_topic(),
             "Topic of records as they are ridden; empty: none"),
        mqtt("ca_file", &Mqtt::ca_file, optional_path(), "CA certificates (PEM) to trust; set: TLS, empty: plain TCP"),
        mqtt("keepalive", &Mqtt::keepalive, whole_seconds(5s, 1h), "Longest silence before the link is probed"),
        mqtt("reconnect_max", &Mqtt::reconnect_max, whole_seconds(1s, 1h), "Longest pause between two connects"),

        storage("directory", &Storage::directory, path(), "Where all data is kept"),

        stream("name", &Stream::name, stream_name(), "The stream's name in the stream API"),
        stream("shards", &Stream::shards, whole_number(1U, 256U), "Shards of the stream"),
        stream("partition_key", &Stream::partition_key, partition_key(), "What decides a record's shard"),
        stream("limits", &Stream::limits, stream_limits,
               "What a shard takes in a second; kinesis: 1,000 records or 1 MB"),
        stream("ring_capacity", &Stream::ring_capacity_bytes, size(64 * kKB, kGB), "Memory for new records of a shard"),
        stream("log", &Stream::log, yes_or_no(), "Keep records on disk before they are acknowledged"),
        stream("commit_interval", &Stream::commit_interval, duration(1ms, 10s),
               "A shard syncs at most once in this time"),
        stream("commit_bytes", &Stream::commit_bytes, size(4 * kKB, 64 * kMB), "Unless so much waits"),
        stream("segment_size", &Stream::segment_bytes, size(kMB, 16 * kGB), "Size of a file of the log"),
        stream("retention", &Stream::retention, whole_seconds(1s, 8'760h), "Age at which a file of the log is removed"),
        stream("retention_size", &Stream::retention_bytes, size(kMB, 65'536 * kGB), "Or the size of the whole log"),
        stream("stop_timeout", &Stream::stop_timeout, whole_seconds(1s, 1h),
               "How long a stop waits for the log's disk"),

        stream_api("access_keys", &StreamApi::access_keys, access_key_list(),
                   "Who may use the stream API, by signature; empty: everybody"),

        delivery("interval", &Delivery::interval, duration(100ms, 900s), "Deliver a shard's records after so long"),
        delivery("size", &Delivery::size_bytes, size(64 * kKB, 128 * kMB),
                 "Deliver them sooner, once they have this size"),

        delivery("objects", &Delivery::objects, yes_or_no(), "Store the delivered records as files"),
        delivery("retention", &Delivery::retention, whole_seconds(1h, 87'600h), "Age at which such a file is removed"),
        delivery("retention_size", &Delivery::retention_bytes, size(kMB, 65'536 * kGB), "Or the size of all of them"),

        transform("url", &Transform::url, transform_url(), "Program that transforms records; empty: built in"),
        transform("timeout", &Transform::timeout, duration(100ms, 300s), "How long a call of it may take"),
        transform("concurrency", &Transform::concurrency, whole_number(1U, 64U), "How many calls may run at once"),

        history("settle", &History::settle, duration(1s, 1h), "Quiet time before a history file is packed smaller"),

        race("length", &Race::length, second_count(1s, 86'400s), "Length of a race in seconds"),
        race("window", &Race::window, second_count(1s, 86'400s), "Seconds from one start to the next"),
        race("grace", &Race::grace, duration(0ms, 1h), "Time behind a race's end in which late records count"),

        classes_key(),

        ranking("score", &Ranking::score, scores, "What racers are ranked by"),
        ranking("ties", &Ranking::ties, ties, "Which rank follows where several share one"),
        ranking("tick", &Ranking::tick, duration(50ms, 60s), "Viewers are sent at most one update in this time"),

        live(limits("cadence_max", &Limits::cadence_max, positive_number(kWidest.cadence_max),
                    "Highest cadence a record may have, rpm")),
        live(limits("resistance_max", &Limits::resistance_max, positive_number(kWidest.resistance_max),
                    "Highest resistance, %")),
        live(limits("name_characters", &Limits::name_characters, whole_number(1U, kWidest.name_characters),
                    "Longest name of a racer")),
        live(limits("record_bytes", &Limits::record_bytes, size(kKB, kWidest.record_bytes), "Largest record")),
        live(limits("payload_bytes", &Limits::payload_bytes, size(16 * kKB, 16 * kMB), "Largest message of records")),
        live(limits("http_header_bytes", &Limits::http_header_bytes, size(kKB, 64 * kKB),
                    "Largest header of a request")),
        live(limits("connections", &Limits::connections, whole_number(1U, 1'000'000U), "Most connections at once")),
        live(limits("connections_per_address", &Limits::connections_per_address, whole_number(0U, 1'000'000U),
                    "Most of them from one address; 0: any number")),
        limits("bike_records", &Limits::bike_records, positive_number(10'000), "Records a second of a bike's token"),
        limits("studio_records", &Limits::studio_records, positive_number(1e7), "Records a second of a studio's token"),
        limits("burst", &Limits::burst, whole_seconds(1s, 1h), "So many seconds of them at once behind a pause"),
        live(
            limits("viewer_top", &Limits::viewer_top, whole_number(1U, 100'000U), "Most entries a viewer may ask for")),
        limits("open_races", &Limits::open_races, whole_number(1U, 1'000U), "Races kept live in a class"),

        plausibility("mode", &Plausibility::mode, plausibility_modes,
                     "What becomes of records that no bike can have sent"),
        live(plausibility("cadence_slew", &Plausibility::cadence_slew, number_from_zero(10'000),
                          "Fastest change of cadence, rpm a second; 0: any")),
        live(plausibility("resistance_slew", &Plausibility::resistance_slew, number_from_zero(10'000),
                          "Fastest change of resistance, % a second; 0: any")),
        live(plausibility("frozen", &Plausibility::frozen, whole_seconds(0s, 24h),
                          "Longest time with exactly the same values; 0s: any")),
        live(plausibility("clock_ahead", &Plausibility::clock_ahead, whole_seconds(0s, 87'600h),
                          "How far a device's clock may be ahead; 0s: any")),
        live(plausibility("clock_behind", &Plausibility::clock_behind, whole_seconds(0s, 87'600h),
                          "How far it may be behind; 0s: any")),
        live(plausibility("race_slack", &Plausibility::race_slack, whole_seconds(0s, 24h),
                          "How far a race's second may be ahead of real time; 0s: any")),
        live(plausibility("two_connections", &Plausibility::two_connections, duration(0ms, 1h),
                          "Time in which two connections may not take turns; 0s: any")),
        plausibility("keep", &Plausibility::keep, whole_number(1U, 10'000'000U), "Most records in quarantine"),
        plausibility("keep_for", &Plausibility::keep_for, whole_seconds(1h, 87'600h), "Longest time in quarantine"),

        live(log("level", &Log::level, levels, "Least important message to log")),
        log("format", &Log::format, formats, "Lines for people or JSON for machines"),
    };
}

/// How many single-letter changes make `from` into `to`.
std::size_t edit_distance(std::string_view from, std::string_view to)
{
    std::vector<std::size_t> row(to.size() + 1);
    for (std::size_t j = 0; j <= to.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[to.size()];
}

std::string joined(const Key& key, char separator)
{
    return key.section.empty() ? key.name : key.section + separator + key.name;
}

}  // namespace

std::string Key::path() const
{
    return joined(*this, '.');
}

std::string Key::variable() const
{
    auto variable = "ALLEYCAT_" + joined(*this, '_');
    std::ranges::transform(variable, variable.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    });
    return variable;
}

std::string Key::flag() const
{
    auto flag = "--" + joined(*this, '-');
    std::ranges::replace(flag, '_', '-');
    return flag;
}

const std::vector<Key>& schema()
{
    static const std::vector<Key> keys = make_schema();
    return keys;
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates)
{
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    std::optional<std::string> found;
    for (const auto& candidate : candidates) {
        const auto distance = edit_distance(word, candidate);
        if (distance < best) {
            best = distance;
            found = candidate;
        }
    }
    return found;
}

}  // namespace alleycat::app
