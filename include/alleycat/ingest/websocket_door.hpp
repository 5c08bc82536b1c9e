#pragma once

#include <alleycat/ingest/intake.hpp>
#include <alleycat/net/websocket.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <memory>
#include <vector>

namespace alleycat::ingest {

/// The WebSocket door: text frames of records in; acknowledgements and rejections out.
///
/// Thread: the network thread; only its own copies of on_space cross over, and they must post to space_returned().
/// Full:   a connection whose record found no room in its ring is not read until there is some; others go on.
/// Acks:   what all connections brought in one round of the network thread is flushed together, then acknowledged.
class WebSocketDoor {
public:
    WebSocketDoor(boost::asio::any_io_executor network, Intake intake)
        : network_(std::move(network)), intake_(std::move(intake))
    {
    }

    /// What handles one connection.
    [[nodiscard]] std::unique_ptr<net::WebSocket::Handler> open();

    /// A ring that was full has room: goes on with the connections that wait, in the order in which they came.
    void space_returned();

private:
    class Session;

    void flush_soon(Session& session);
    void flush();

    boost::asio::any_io_executor network_;
    Intake intake_;
    std::deque<Session*> stalled_;          // each once
    std::vector<Session*> unacknowledged_;  // each once; flush() is posted while there is one
};

}  // namespace alleycat::ingest
