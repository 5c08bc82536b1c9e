#include <alleycat/core/json_text.hpp>
#include <alleycat/ingest/websocket_door.hpp>

#include <boost/asio/post.hpp>

namespace alleycat::ingest {

namespace {

/// While more than this waits for a client that does not read, none of its further records is.
constexpr std::size_t kMaxQueuedBytes = 256 * 1024;

}  // namespace

class WebSocketDoor::Session final : public net::WebSocket::Handler, private Intake::RejectSink {
public:
    explicit Session(WebSocketDoor& door) : door_(door) {}

    void on_open(net::WebSocket& socket) override { socket_ = &socket; }
    bool on_text(std::string_view text) override { return take(text); }
    void on_batch_end() override;
    void on_drained() override;
    void on_goodbye() override
    {
        door_.intake_.flush();
        tell_totals();
    }
    void on_closed() override
    {
        std::erase(door_.stalled_, this);
        std::erase(door_.unacknowledged_, this);
    }

    /// Tells the client what it may forget; all of it is flushed.
    void acknowledge();
    /// Goes on with what is left of a payload; false where it stalled again.
    bool retry();

private:
    bool take(std::string_view text);
    void tell_totals();
    [[nodiscard]] bool may_reject() const override { return socket_->queued_bytes() < kMaxQueuedBytes; }
    void on_reject(const telemetry::Rejection& rejection, std::uint64_t accepted) override;

    WebSocketDoor& door_;
    net::WebSocket* socket_{nullptr};
    std::uint64_t accepted_{0};      // records of this connection
    std::uint64_t rejected_{0};      // likewise
    std::uint64_t acknowledged_{0};  // the sum of both that the client was told last
    bool flush_asked_{false};
    Intake::Taken left_;  // of the payload that stalled
};

bool WebSocketDoor::Session::take(std::string_view text)
{
    // The result may hold what `text` points into, so it is replaced as a whole, behind the call.
    auto taken = door_.intake_.take(text, *this);
    accepted_ += taken.accepted;
    left_ = std::move(taken);
    if (left_.outcome == Intake::Outcome::RingFull) {
        door_.stalled_.push_back(this);
    }
    return left_.outcome == Intake::Outcome::Done;
}

bool WebSocketDoor::Session::retry()
{
    if (!take(left_.text())) {
        on_batch_end();
        return false;
    }
    on_batch_end();
    socket_->resume();
    return true;
}

void WebSocketDoor::Session::on_batch_end()
{
    if (acknowledged_ != accepted_ + rejected_ && !flush_asked_) {
        flush_asked_ = true;
        door_.flush_soon(*this);
    }
}

void WebSocketDoor::Session::acknowledge()
{
    flush_asked_ = false;
    if (socket_->queued_bytes() < kMaxQueuedBytes) {  // else on_drained() comes
        tell_totals();
    }
}

void WebSocketDoor::Session::tell_totals()
{
    if (acknowledged_ == accepted_ + rejected_) {
        return;
    }
    acknowledged_ = accepted_ + rejected_;
    std::string text = R"({"type":"ack","accepted":)";
    append_number(text, accepted_);
    append_number(text.append(R"(,"rejected":)"), rejected_);
    socket_->send_text(text.append("}"));
}

void WebSocketDoor::Session::on_drained()
{
    if (left_.outcome == Intake::Outcome::Congested) {
        retry();
    } else {
        on_batch_end();
    }
}

void WebSocketDoor::Session::on_reject(const telemetry::Rejection& rejection, std::uint64_t accepted)
{
    std::string text = R"({"type":"reject","index":)";
    append_number(text, accepted_ + accepted + rejected_);
    if (!rejection.uuid.empty()) {
        append_string(text.append(R"(,"uuid":)"), rejection.uuid);
    }
    append_string(text.append(R"(,"code":)"), name(rejection.code));
    append_string(text.append(R"(,"message":)"), rejection.message);
    socket_->send_text(text.append("}"));
    ++rejected_;
}

std::unique_ptr<net::WebSocket::Handler> WebSocketDoor::open()
{
    return std::make_unique<Session>(*this);
}

void WebSocketDoor::flush_soon(Session& session)
{
    unacknowledged_.push_back(&session);
    if (unacknowledged_.size() == 1) {  // behind the connections that are ready now
        boost::asio::post(network_, [this] { flush(); });
    }
}

void WebSocketDoor::flush()
{
    intake_.flush();
    for (auto* session : std::exchange(unacknowledged_, {})) {
        session->acknowledge();
    }
}

void WebSocketDoor::space_returned()
{
    for (auto waiting = stalled_.size(); waiting > 0 && !stalled_.empty(); --waiting) {
        auto* session = stalled_.front();
        stalled_.pop_front();
        static_cast<void>(session->retry());
    }
}

}  // namespace alleycat::ingest
