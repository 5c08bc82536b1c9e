#pragma once

#include <alleycat/core/ids.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace alleycat::sim {

enum class Transport { Mqtt, WebSocket, Stream };
enum class Start {
    Now,
    Window,   ///< each race waits for the beginning of a window
    Running,  ///< as Window, but the first race is that of the window that runs: its riders ride what is behind at once
};

/// What the command line asks for, checked: see `alleycat-sim --help` for the meaning of each.
struct Options {
    std::uint32_t riders{1000};
    std::vector<ClassId> classes;  ///< not empty
    std::uint32_t first_racer{0};
    std::uint32_t seconds{300};
    double speed{1};  ///< race seconds a second; 0: as fast as possible
    std::uint64_t seed{1};
    std::uint32_t races{1};  ///< 0: until told to stop
    Start start{Start::Now};
    std::chrono::milliseconds window{
        std::chrono::seconds(300)};       ///< from one race's start to the next, of whole seconds
    std::optional<std::int64_t> race_id;  ///< of the first race; later ones follow it

    Transport transport{Transport::Mqtt};
    std::string host;
    std::string port;
    std::string path;              ///< websocket only
    std::uint32_t connections{1};  ///< 1 … riders
    std::uint32_t batch{1};        ///< records a message at most; of a stream: a call
    int qos{1};
    std::string topic;
    std::string username;
    std::string password;
    std::string stream;         ///< its name
    std::string access_key_id;  ///< stream only; empty: requests are not signed
    std::string secret_key;
    std::string token;  ///< websocket and stream; empty: none is brought

    std::chrono::milliseconds timeout{std::chrono::seconds(30)};
    bool shuffle_fields{false};
    bool quiet{false};

    /// Most records of a payload. A stream gets them one by one and puts its calls together itself.
    [[nodiscard]] std::uint32_t payload_records() const { return transport == Transport::Stream ? 1 : batch; }
};

/// The program ends before it began: with the help, or with one line about a wrong flag.
struct EarlyExit {
    int code{0};
    std::string text;  ///< for stdout if the code is 0, else for stderr
};

inline constexpr int kExitBadFlag = 2;

[[nodiscard]] std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv);

/// "1-6", "2" or "1,3,5", also mixed; ids from 1, each once, at most 1,000. Nothing for any other text.
[[nodiscard]] std::optional<std::vector<ClassId>> parse_classes(std::string_view text);

}  // namespace alleycat::sim
