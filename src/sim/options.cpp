#include "options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <limits>

namespace alleycat::sim {

namespace {

constexpr std::size_t kMostClasses = 1'000;
constexpr std::uint32_t kMostRiders = 100'000;
constexpr std::uint32_t kMostSeconds = 86'400;
constexpr std::uint32_t kMostBatch = 500;
constexpr std::uint32_t kMostConnections = 1'000;
constexpr std::uint32_t kMqttConnections = 8;
constexpr std::uint32_t kWebSocketConnections = 64;
constexpr std::uint32_t kStreamConnections = 4;
constexpr std::uint32_t kStreamBatch = 500;
constexpr std::size_t kLongestName = 128;  // of a stream, or an access key
constexpr const char* kWebSocketUrl = "ws://127.0.0.1:8080/ingest";
constexpr const char* kStreamUrl = "http://127.0.0.1:8080/";

/// What the command line says before it is put together.
struct Flags {
    std::string classes{"1-6"};
    std::string transport{"mqtt"};
    std::string broker{"127.0.0.1:1883"};
    std::optional<std::string> url;
    std::string start{"now"};
    std::string password_file;
    std::string secret_key_file;
    std::string token_file;
    std::optional<std::uint32_t> connections;
    std::optional<std::uint32_t> batch;
    std::uint32_t window_seconds{300};
    double timeout_seconds{30};
};

template <class Number>
std::optional<Number> to_number(std::string_view text)
{
    Number value{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// CLI::Range lets "nan" pass.
std::function<std::string(const std::string&)> number_between(int low, int high)
{
    return [low, high](const std::string& text) {
        const auto value = to_number<double>(text);
        return value && *value >= low && *value <= high
                   ? std::string()
                   : "Value " + text + " not in range " + std::to_string(low) + " to " + std::to_string(high);
    };
}

struct Endpoint {
    std::string host;
    std::string port;
};

/// HOST, HOST:PORT or [IPV6]:PORT.
std::optional<Endpoint> parse_endpoint(std::string_view text, std::string_view default_port)
{
    const auto bracket = text.empty() || text.front() != '[' ? std::string_view::npos : text.find(']');
    const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    std::string_view host = text.substr(0, colon);
    const std::string_view port = colon == std::string_view::npos ? default_port : text.substr(colon + 1);
    if (bracket != std::string_view::npos) {
        if (host.back() != ']') {
            return std::nullopt;
        }
        host = host.substr(1, host.size() - 2);
    }
    if (host.empty() || to_number<std::uint16_t>(port).value_or(0) == 0) {
        return std::nullopt;
    }
    return Endpoint{std::string(host), std::string(port)};
}

/// A message about the URL, or nothing and the options know the server.
std::string read_url(const std::string& url, Options& options)
{
    const bool stream = options.transport == Transport::Stream;
    const std::string_view scheme = stream ? "http://" : "ws://";
    const std::string_view rest = std::string_view(url).substr(std::min(url.size(), scheme.size()));
    const auto slash = std::min(rest.find('/'), rest.size());
    const auto endpoint = parse_endpoint(rest.substr(0, slash), "80");
    const std::string_view path = slash == rest.size() ? "/" : rest.substr(slash);
    if (url.substr(0, scheme.size()) != scheme || !endpoint || (stream && path != "/")) {
        return "--url: '" + url + "' is not " + (stream ? "http://HOST[:PORT]/" : "ws://HOST[:PORT]/PATH");
    }
    options.host = endpoint->host;
    options.port = endpoint->port;
    options.path = path;
    return {};
}

/// Letters, digits and what else is allowed.
std::function<std::string(const std::string&)> name_with(const std::string& allowed)
{
    return [allowed](const std::string& text) {
        const bool good =
            !text.empty() && text.size() <= kLongestName && std::all_of(text.begin(), text.end(), [&](char letter) {
                return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || allowed.find(letter) != std::string::npos;
            });
        return good ? std::string()
                    : "'" + text + "' is not 1 to " + std::to_string(kLongestName) + " letters, digits or any of " +
                          allowed;
    };
}

/// A message about the flag, or nothing and `line` is the first one of its file.
std::string read_first_line(const std::string& flag, const std::string& path, std::string& line)
{
    std::ifstream file(path);
    return std::getline(file, line) ? std::string() : flag + ": '" + path + "' has no first line that can be read";
}

void add_race_flags(CLI::App& app, Options& options, Flags& flags)
{
    app.add_option("--riders", options.riders, "How many riders")->check(CLI::Range(1U, kMostRiders));
    app.add_option("--classes", flags.classes,
                   "Exercise classes, such as 1-6, 2 or 1,3,5; riders are dealt round robin")
        ->check([](const std::string& text) {
            return parse_classes(text) ? std::string()
                                       : "'" + text + "' is not a list of classes such as 1-6, 2 or 1,3,5";
        });
    app.add_option("--first-racer", options.first_racer, "Racer id of the first rider")
        ->check(CLI::Range(0U, std::numeric_limits<std::uint32_t>::max()));
    app.add_option("--seconds", options.seconds, "Length of a race")->check(CLI::Range(1U, kMostSeconds));
    app.add_option("--speed", options.speed, "Race seconds a second; 0: as fast as possible")
        ->check(number_between(0, 1000));
    app.add_option("--seed", options.seed, "The same seed gives the same races")->check([](const std::string& text) {
        return to_number<std::uint64_t>(text) ? std::string() : "'" + text + "' is not an integer from 0 to 2^64-1";
    });
    app.add_option("--races", options.races, "How many races in a row; 0: until SIGINT or SIGTERM")
        ->check(CLI::Range(0U, 1'000'000U));
    app.add_option(
           "--start", flags.start,
           "now; window: each race waits for the beginning of the next window; or running: the first one has begun "
           "with the window that runs")
        ->check(CLI::IsMember({"now", "window", "running"}));
    app.add_option("--window", flags.window_seconds, "Seconds from one race's start to the next, as race.window has it")
        ->check(CLI::Range(1U, kMostSeconds));
    app.add_option("--race-id", options.race_id, "Id of the first race, later ones count up; else that of the window")
        ->check(CLI::Range(std::int64_t{0}, kMaxJsonInteger));
}

void add_server_flags(CLI::App& app, Options& options, Flags& flags)
{
    app.add_option("--transport", flags.transport, "mqtt, websocket or stream")
        ->check(CLI::IsMember({"mqtt", "websocket", "stream"}));
    app.add_option("--broker", flags.broker, "MQTT broker, HOST:PORT")->check([](const std::string& text) {
        return parse_endpoint(text, "1883") ? std::string() : "'" + text + "' is not HOST:PORT";
    });
    app.add_option("--url", flags.url,
                   std::string("Server, default for websocket: ") + kWebSocketUrl + ", for stream: " + kStreamUrl);
    app.add_option("--connections", flags.connections,
                   "Default: 8 for mqtt, 64 for websocket, 4 for stream, at most one a rider")
        ->check(CLI::Range(1U, kMostConnections));
    app.add_option("--batch", flags.batch,
                   "Most records a message, default 1, above it a message is a JSON array; for stream: a call, "
                   "default 500")
        ->check(CLI::Range(1U, kMostBatch));
    app.add_option("--qos", options.qos, "MQTT quality of service, 0 or 1")->check(CLI::Range(0, 1));
    app.add_option("--topic", options.topic, "MQTT topic")->default_str("alleycat-publish");
    app.add_option("--username", options.username, "MQTT user");
    app.add_option("--password-file", flags.password_file, "File whose first line is the MQTT password");
    app.add_option("--stream", options.stream, "Name of the stream")->check(name_with("_.-"))->default_str("alleycat");
    app.add_option("--access-key", options.access_key_id, "Id of the key that signs the calls to the stream")
        ->check(name_with("_"));
    app.add_option("--secret-key-file", flags.secret_key_file, "File whose first line is the secret of that key");
    app.add_option(
        "--token-file", flags.token_file,
        "File whose first line is the token to bring, for websocket and stream; for mqtt it is the password");
    app.add_option("--timeout", flags.timeout_seconds, "Seconds without any progress after which to give up")
        ->check(number_between(1, 3600));
    app.add_flag("--shuffle-fields", options.shuffle_fields, "Random order of fields and forms of numbers");
    app.add_flag("--json", options.quiet, "No progress bar, only the summary");
}

/// A message about a flag, or nothing and the options know the server.
std::string complete_server(const Flags& flags, Options& options)
{
    if (flags.transport != "mqtt") {
        options.transport = flags.transport == "stream" ? Transport::Stream : Transport::WebSocket;
    }
    const bool stream = options.transport == Transport::Stream;
    if (auto problem = read_url(flags.url.value_or(stream ? kStreamUrl : kWebSocketUrl), options); !problem.empty()) {
        return problem;
    }
    if (const auto endpoint = parse_endpoint(flags.broker, "1883"); endpoint && options.transport == Transport::Mqtt) {
        options.host = endpoint->host;
        options.port = endpoint->port;
    }
    if (options.access_key_id.empty() != flags.secret_key_file.empty()) {
        return options.access_key_id.empty() ? "--secret-key-file: needs --access-key"
                                             : "--access-key: needs --secret-key-file";
    }
    if (flags.secret_key_file.empty()) {
        return {};
    }
    return read_first_line("--secret-key-file", flags.secret_key_file, options.secret_key);
}

std::uint32_t usual_connections(Transport transport)
{
    switch (transport) {
        case Transport::Mqtt:
            return kMqttConnections;
        case Transport::WebSocket:
            return kWebSocketConnections;
        case Transport::Stream:
            break;
    }
    return kStreamConnections;
}

/// A message about a flag, or nothing and the options complete.
std::string complete(const Flags& flags, Options& options)
{
    options.classes = parse_classes(flags.classes).value_or(std::vector{ClassId{1}});
    options.start = flags.start == "window" ? Start::Window : flags.start == "running" ? Start::Running : Start::Now;
    options.window = std::chrono::seconds(flags.window_seconds);
    options.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(flags.timeout_seconds * 1000));
    if (auto problem = complete_server(flags, options); !problem.empty()) {
        return problem;
    }
    if (flags.connections.value_or(1) > options.riders) {
        return "--connections: " + std::to_string(*flags.connections) + " not in range 1 to the number of riders, " +
               std::to_string(options.riders);
    }
    options.connections = flags.connections.value_or(std::min(options.riders, usual_connections(options.transport)));
    options.batch = flags.batch.value_or(options.transport == Transport::Stream ? kStreamBatch : 1);
    if (!flags.token_file.empty()) {
        if (auto problem = read_first_line("--token-file", flags.token_file, options.token); !problem.empty()) {
            return problem;
        }
    }
    if (flags.password_file.empty()) {
        return {};
    }
    return read_first_line("--password-file", flags.password_file, options.password);
}

}  // namespace

std::optional<std::vector<ClassId>> parse_classes(std::string_view text)
{
    std::vector<ClassId> classes;
    while (true) {
        const std::string_view part = text.substr(0, text.find(','));
        const auto dash = part.find('-');
        const auto first = to_number<std::uint32_t>(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : to_number<std::uint32_t>(part.substr(dash + 1));
        if (!first || !last || *first < 1 || *last < *first || *last - *first >= kMostClasses - classes.size() ||
            *last > static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max())) {
            return std::nullopt;
        }
        for (std::uint32_t each = *first; each <= *last; ++each) {
            if (std::find(classes.begin(), classes.end(), ClassId{each}) != classes.end()) {
                return std::nullopt;
            }
            classes.push_back(ClassId{each});
        }
        if (part.size() == text.size()) {
            return classes;
        }
        text.remove_prefix(part.size() + 1);
    }
}

std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv)
{
    Options options;
    options.topic = "alleycat-publish";
    options.stream = "alleycat";
    Flags flags;
    CLI::App app("Simulates riders of exercise bikes; with --speed 0 a load generator.", "alleycat-sim");
    add_race_flags(app, options, flags);
    add_server_flags(app, options, flags);
    for (CLI::Option* option : app.get_options()) {
        if (option->get_expected_max() > 0) {
            option->capture_default_str();
        }
    }
    std::string problem;
    try {
        app.parse(argc, argv);
        problem = complete(flags, options);
    } catch (const CLI::CallForHelp&) {
        return EarlyExit{0, app.help()};
    } catch (const CLI::ParseError& error) {
        problem = error.what();
    }
    if (!problem.empty()) {
        std::replace(problem.begin(), problem.end(), '\n', ' ');
        return EarlyExit{kExitBadFlag, "alleycat-sim: " + problem};
    }
    return options;
}

}  // namespace alleycat::sim
