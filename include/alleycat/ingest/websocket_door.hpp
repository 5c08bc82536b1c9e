#pragma once

#include <alleycat/access/identity.hpp>
#include <alleycat/ingest/intake.hpp>
#include <alleycat/ingest/rate_limits.hpp>
#include <alleycat/net/websocket.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <memory>
#include <vector>

namespace alleycat::ingest {

/// The WebSocket door: text frames of records in; acknowledgements and rejections out.
///
/// Thread: the network thread; only the producer's on_progress crosses over, and it must post to progress().
/// Full:   a connection whose record found no room in its ring is not read until there is some; others go on.
/// Acks:   what all connections brought in one round of the network thread is flushed together, and acknowledged when
///         it is durable.
class WebSocketDoor {
public:
    WebSocketDoor(boost::asio::any_io_executor network, Intake intake, RateOptions rates = {})
        : network_(std::move(network)), intake_(std::move(intake)), rates_(rates)
    {
    }

    /// What handles one connection. `identity`: whose it is; none where everybody may send for everybody, at any rate.
    [[nodiscard]] std::unique_ptr<net::WebSocket::Handler> open(
        const std::optional<access::Identity>& identity = std::nullopt);

    /// Records became durable, or a ring that was full has room: acknowledges what it can, and goes on with the
    /// connections that wait, in the order in which they came.
    void progress();

    void set_limits(telemetry::RecordLimits limits) { intake_.set_limits(std::move(limits)); }

    /// Takes nothing further.
    void close();
    /// Nothing waits for its acknowledgement.
    [[nodiscard]] bool settled() const { return flushed_.empty() && unflushed_.empty(); }

private:
    class Session;

    struct Flushed {
        stream::Ticket ticket{0};
        Session* session{nullptr};
    };

    void flush_soon(Session& session);
    void flush();
    void acknowledge_durable();
    void retry_stalled();

    boost::asio::any_io_executor network_;
    Intake intake_;
    RateLimits rates_;              // by token
    std::uint64_t connections_{0};  // ever
    bool closed_{false};
    std::deque<Session*> stalled_;     // each once
    std::vector<Session*> unflushed_;  // each once; flush() is posted while there is one
    std::deque<Flushed> flushed_;      // by ticket; a session once a ticket
};

}  // namespace alleycat::ingest
