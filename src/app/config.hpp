#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/ingest/rule_options.hpp>
#include <alleycat/ranking/board.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace alleycat::app {

// The configuration: plain values, read before anything starts. Some of them can change at a reload, see reload.hpp.
// The member initialisers are the built-in defaults and equal the shipped config/alleycat.toml. Ranges stand in
// config_schema.cpp, the one place where a key is declared; each value that load_config() hands out is inside its
// range.

/// The version of the project, as CMakeLists.txt has it; a test compares them.
inline constexpr std::string_view kVersion = "0.1.0";

struct Endpoint {
    std::string host;  ///< a name, an IPv4 address, or an IPv6 address without brackets
    std::uint16_t port{0};

    bool operator==(const Endpoint&) const = default;
};

struct Http {
    Endpoint listen{"127.0.0.1", 8080};                 ///< port 0: any free port
    std::chrono::milliseconds idle_timeout{60'000};     ///< between two requests of one connection
    std::chrono::milliseconds request_timeout{10'000};  ///< to receive one whole request header
    std::filesystem::path certificate_file;  ///< empty: no TLS; never without a key_file, nor that without it
    std::filesystem::path key_file;
    std::vector<std::string> origins;                      ///< of other sites' pages that may open WebSockets; "*": any
    std::vector<std::string> cors_origins{"*"};            ///< of other sites' pages that may read; "*": any
    std::vector<std::string> proxies{"127.0.0.1", "::1"};  ///< addresses that stand for many clients

    bool operator==(const Http&) const = default;
};

enum class AuthMode : std::uint8_t { None, Token };

struct Auth {
    AuthMode mode{AuthMode::None};
    bool open_viewing{false};   ///< with tokens: whoever only looks needs none
    bool insecure_open{false};  ///< without tokens: others than this machine may connect all the same
    std::filesystem::path
        mosquitto_directory;  ///< where the broker reads who may publish what; empty: nothing is written
    std::filesystem::path mosquitto_pid_file;  ///< of the broker that is told when that changes; empty: none is told

    bool operator==(const Auth&) const = default;
};

enum class MqttProtocol : std::uint8_t { V311, V5 };

struct Mqtt {
    std::optional<Endpoint> broker{Endpoint{"127.0.0.1", 1883}};  ///< none: no MQTT at all
    std::string username;                                         ///< empty: anonymous
    std::filesystem::path password_file;                          ///< empty: no password; never without a username
    std::string client_id{"alleycatd"};                           ///< names the persistent session; never empty
    MqttProtocol protocol{MqttProtocol::V5};
    std::string topic{"alleycat-publish"};            ///< a topic filter, wildcards allowed; empty: rules alone
    int qos{1};                                       ///< 0 or 1
    std::string error_action{"directory"};            ///< what becomes of messages that fail
    std::string results_topic{"alleycat-subscribe"};  ///< empty: results are not published
    std::string records_topic{"alleycat-records"};    ///< empty: records are not published
    std::filesystem::path ca_file;                    ///< empty: no TLS
    std::chrono::seconds keepalive{30};
    std::chrono::seconds reconnect_max{30};  ///< longest pause between two attempts to connect

    bool operator==(const Mqtt&) const = default;
};

struct Storage {
    std::filesystem::path directory{"data"};  ///< relative to the working directory

    bool operator==(const Storage&) const = default;
};

enum class StreamLimits : std::uint8_t { None, Kinesis };

struct Stream {
    std::string name{"alleycat"};
    std::uint32_t shards{4};
    std::string partition_key{"${racerId}"};
    StreamLimits limits{StreamLimits::None};       ///< what a shard takes in a second
    std::uint64_t ring_capacity_bytes{8U << 20};   ///< per shard, as written; the stream rounds up to a power of two
    bool log{true};                                ///< false: what is acknowledged lives in memory only
    std::chrono::milliseconds commit_interval{5};  ///< a shard waits for the disk at most once in this time …
    std::uint64_t commit_bytes{256U << 10};        ///< … unless this much waits
    std::uint64_t segment_bytes{64U << 20};
    std::chrono::seconds retention{24 * 3600};               ///< age at which a segment goes, once it is done with …
    std::uint64_t retention_bytes{std::uint64_t{16} << 30};  ///< … or the size of all shards' logs
    std::chrono::seconds stop_timeout{5};  ///< how long a stop waits for a disk that does not take records

    bool operator==(const Stream&) const = default;
};

/// A client of the stream API, by its signature.
struct AccessKey {
    std::string id;
    std::string secret;

    bool operator==(const AccessKey&) const = default;
};

struct StreamApi {
    std::vector<AccessKey> access_keys;  ///< none: any client may use the API, signed or not

    bool operator==(const StreamApi&) const = default;
};

struct Delivery {
    std::chrono::milliseconds interval{60'000};              ///< a window ends after this long …
    std::uint64_t size_bytes{1U << 20};                      ///< … or at this size, whichever comes first
    bool objects{true};                                      ///< each window is stored as a file
    std::chrono::seconds retention{30 * 24 * 3600};          ///< age at which files go …
    std::uint64_t retention_bytes{std::uint64_t{16} << 30};  ///< … or the size of all of them

    bool operator==(const Delivery&) const = default;
};

struct Transform {
    std::string url;                            ///< of a program that transforms records; empty: built in
    std::chrono::milliseconds timeout{10'000};  ///< of one call
    std::uint32_t concurrency{4};               ///< calls at once

    bool operator==(const Transform&) const = default;
};

struct History {
    std::chrono::milliseconds settle{30'000};  ///< quiet time before a class's file is compressed once more, harder

    bool operator==(const History&) const = default;
};

struct Race {
    std::chrono::seconds length{300};
    std::chrono::seconds window{300};         ///< from one start to the next
    std::chrono::milliseconds grace{30'000};  ///< behind the end, in which late records count

    bool operator==(const Race&) const = default;
};

struct ClassConfig {
    ClassId id{};
    std::string name;  ///< 1 … 64 characters

    bool operator==(const ClassConfig&) const = default;
};

struct Ranking {
    alleycat::ranking::Score score{alleycat::ranking::Score::Output};
    alleycat::ranking::Ties ties{alleycat::ranking::Ties::Competition};
    std::chrono::milliseconds tick{1'000};  ///< at most one frame to a viewer in this time

    bool operator==(const Ranking&) const = default;
};

struct Limits {
    double cadence_max{250};     ///< rpm
    double resistance_max{100};  ///< %
    std::uint32_t name_characters{64};
    std::uint64_t record_bytes{16U << 10};  ///< never above payload_bytes, nor above a quarter of a shard's ring
    std::uint64_t payload_bytes{1U << 20};
    std::uint64_t http_header_bytes{8U << 10};
    std::uint32_t connections{12'000};
    std::uint32_t connections_per_address{4'000};  ///< but for http.proxies; 0: any number
    double bike_records{20};                       ///< a second, of a bike's token
    double studio_records{20'000};                 ///< likewise, of any other that may send
    std::chrono::seconds burst{15};                ///< so much of it at once behind a pause
    std::uint32_t viewer_top{1'000};               ///< the largest `?top=` a viewer may ask for
    std::uint32_t open_races{16};                  ///< races kept live per class

    bool operator==(const Limits&) const = default;
};

enum class PlausibilityMode : std::uint8_t { Off, Flag, Quarantine };

/// Of each check, 0 switches it off.
struct Plausibility {
    PlausibilityMode mode{PlausibilityMode::Off};
    double cadence_slew{150};    ///< rpm a second
    double resistance_slew{80};  ///< % a second
    std::chrono::seconds frozen{120};
    std::chrono::seconds clock_ahead{24 * 3600};
    std::chrono::seconds clock_behind{0};
    std::chrono::seconds race_slack{120};
    std::chrono::milliseconds two_connections{5'000};
    std::uint32_t keep{100'000};                    ///< held records, at most …
    std::chrono::seconds keep_for{30 * 24 * 3600};  ///< … and for so long

    bool operator==(const Plausibility&) const = default;
};

/// The highest that each of these can be configured to.
inline constexpr Limits kWidest{10'000, 10'000, 1'024, 1U << 20};

enum class LogLevel : std::uint8_t { Trace, Debug, Info, Warning, Error };
enum class LogFormat : std::uint8_t { Text, Json };

struct Log {
    LogLevel level{LogLevel::Info};
    LogFormat format{LogFormat::Text};

    bool operator==(const Log&) const = default;
};

struct Config {
    Http http;
    Auth auth;
    Mqtt mqtt;
    Storage storage;
    Stream stream;
    StreamApi stream_api;
    Delivery delivery;
    Transform transform;
    History history;
    Race race;
    /// At least one; no id twice.
    std::vector<ClassConfig> classes{{ClassId{1}, "Sprint"},    {ClassId{2}, "Hills"},    {ClassId{3}, "Endurance"},
                                     {ClassId{4}, "Intervals"}, {ClassId{5}, "Recovery"}, {ClassId{6}, "Climb"}};
    Ranking ranking;
    Limits limits;
    Plausibility plausibility;
    Log log;
    std::vector<ingest::RuleOptions> rules;  ///< beside that of `mqtt`, which is named "default"; no name twice

    bool operator==(const Config&) const = default;
};

/// The program has said what it was asked for, or cannot start: print `text` and leave with `code`.
struct ExitNow {
    int code{0};       ///< 0: `text` goes to standard output; kConfigurationError: to standard error
    std::string text;  ///< ends with a line feed
};

/// Prints it where it belongs; returns its code.
[[nodiscard]] int leave(const ExitNow& exit);

inline constexpr int kConfigurationError = 2;

using Environment = std::vector<std::pair<std::string, std::string>>;  ///< name, value

/// The `environ` of this process, as load_config() takes it.
[[nodiscard]] Environment read_environment(const char* const* environment);

/// The configuration by falling weight: flags, `ALLEYCAT_…` variables, the file of `--config`, the built-in defaults.
/// Every source is checked in full, also where a stronger one overrides it. Variables without the prefix are
/// ignored, and so are those that Kubernetes sets for a service named alleycat (ALLEYCAT_SERVICE_…, ALLEYCAT_PORT…).
///
/// `argv[0]` is the program's name. Reads the file of `--config` and no other; a password file is not opened.
/// Errors: the first wrong key or value as one line that names its place and what is allowed.
[[nodiscard]] std::variant<Config, ExitNow> load_config(
    int argc, const char* const* argv, std::span<const std::pair<std::string, std::string>> environment);

}  // namespace alleycat::app
