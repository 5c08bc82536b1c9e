#pragma once

#include <alleycat/ingest/intake.hpp>
#include <alleycat/net/websocket.hpp>

#include <deque>
#include <memory>

namespace alleycat::ingest {

/// The WebSocket door: text frames of records in; acknowledgements and rejections out.
///
/// Thread: the network thread; only its own copies of on_space cross over, and they must post to space_returned().
/// Full:   a connection whose record found no room in its ring is not read until there is some; others go on.
class WebSocketDoor {
public:
    explicit WebSocketDoor(Intake intake) : intake_(std::move(intake)) {}

    /// What handles one connection.
    [[nodiscard]] std::unique_ptr<net::WebSocket::Handler> open();

    /// A ring that was full has room: goes on with the connections that wait, in the order in which they came.
    void space_returned();

private:
    class Session;

    Intake intake_;
    std::deque<Session*> stalled_;  // each once
};

}  // namespace alleycat::ingest
