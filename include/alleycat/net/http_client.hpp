#pragma once

#include <alleycat/core/error.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace alleycat::net {

/// An http:// address, taken apart.
struct HttpUrl {
    std::string host;  ///< a name or an address; IPv6 without brackets
    std::uint16_t port{80};
    std::string target;  ///< path and query; at least "/"

    /// As the Host header says it.
    [[nodiscard]] std::string authority() const;
};

/// Throws std::invalid_argument with one line that says what is wrong and what is allowed; for start-up.
[[nodiscard]] HttpUrl parse_http_url(std::string_view url);

/// Posts to one address, and waits for the answers. The connection is kept open from call to call.
///
/// Thread: one at a time; cancel() on any.
class HttpClient {
public:
    struct Options {
        std::chrono::milliseconds timeout{10'000};  ///< of a call, from connecting to the whole answer
        std::size_t answer_bytes{std::size_t{64} << 20};
    };
    struct Answer {
        unsigned status{0};
        std::string body;
    };

    HttpClient(HttpUrl url, Options options);
    /// Waits for a look-up of the host's name, if one is still under way.
    ~HttpClient();

    /// Any status is an answer. Where a kept connection turns out to be gone, a new one is tried at once.
    /// Errors: errc::timed_out; errc::operation_canceled behind cancel(); Errc::TooLarge for an answer above
    /// `answer_bytes`; the system's or the protocol's.
    [[nodiscard]] Result<Answer> post(std::string_view content_type, std::string_view body);

    /// The call that runs, and all later ones, fail at once.
    void cancel();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace alleycat::net
