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
    Session(WebSocketDoor& door, Sender sender, std::shared_ptr<TokenBucket> rate)
        : door_(door), sender_(sender), rate_(std::move(rate))
    {
        sender_.rate = rate_.get();
    }

    void on_open(net::WebSocket& socket) override { socket_ = &socket; }
    bool on_text(std::string_view text) override { return take(text); }
    void on_batch_end() override;
    void on_drained() override;
    bool on_goodbye() override;
    void on_closed() override
    {
        std::erase(door_.stalled_, this);
        std::erase(door_.unflushed_, this);
        std::erase_if(door_.flushed_, [this](const Flushed& flushed) { return flushed.session == this; });
    }

    /// What was taken so far has this ticket. False where the session waits for it already.
    bool flushed(stream::Ticket ticket);
    /// Everything up to `ticket` is durable: tells the client what it may forget.
    void acknowledge(stream::Ticket ticket);
    /// Goes on with what is left of a payload; false where it stalled again.
    bool retry();

private:
    struct Totals {
        std::uint64_t accepted{0};
        std::uint64_t rejected{0};

        bool operator==(const Totals&) const = default;
    };
    struct Waiting {
        stream::Ticket ticket{0};
        Totals totals;
    };

    bool take(std::string_view text);
    void tell_totals();
    [[nodiscard]] bool may_reject() const override { return socket_->queued_bytes() < kMaxQueuedBytes; }
    void on_reject(const telemetry::Rejection& rejection, std::uint64_t accepted) override;

    WebSocketDoor& door_;
    Sender sender_;
    const std::shared_ptr<TokenBucket> rate_;  // shared with the token's other connections
    net::WebSocket* socket_{nullptr};
    Totals taken_;                 // records of this connection
    std::deque<Waiting> waiting_;  // for their ticket; each another ticket
    Totals durable_;               // of taken_
    Totals told_;                  // what the client knows
    bool flush_asked_{false};
    bool parting_{false};  // a goodbye waits for the last acknowledgement
    Intake::Taken left_;   // of the payload that stalled
};

bool WebSocketDoor::Session::take(std::string_view text)
{
    if (door_.closed_) {
        return false;
    }
    // The result may hold what `text` points into, so it is replaced as a whole, behind the call.
    auto taken = door_.intake_.take(text, *this, {}, sender_);
    taken_.accepted += taken.accepted;
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
    const auto& known = waiting_.empty() ? durable_ : waiting_.back().totals;
    if (taken_ != known && !flush_asked_) {
        flush_asked_ = true;
        door_.flush_soon(*this);
    }
}

bool WebSocketDoor::Session::flushed(stream::Ticket ticket)
{
    flush_asked_ = false;
    if (!waiting_.empty() && waiting_.back().ticket == ticket) {
        waiting_.back().totals = taken_;  // only refused records came in between
        return false;
    }
    waiting_.push_back({ticket, taken_});
    return true;
}

void WebSocketDoor::Session::acknowledge(stream::Ticket ticket)
{
    while (!waiting_.empty() && waiting_.front().ticket <= ticket) {
        durable_ = waiting_.front().totals;
        waiting_.pop_front();
    }
    if (parting_ || socket_->queued_bytes() < kMaxQueuedBytes) {  // else on_drained() comes
        tell_totals();
    }
    if (parting_ && waiting_.empty()) {
        socket_->say_goodbye();  // which may end this session
    }
}

void WebSocketDoor::Session::tell_totals()
{
    if (told_ == durable_) {
        return;
    }
    told_ = durable_;
    std::string text = R"({"type":"ack","accepted":)";
    append_number(text, told_.accepted);
    append_number(text.append(R"(,"rejected":)"), told_.rejected);
    socket_->send_text(text.append("}"));
}

/// What this read brought has not been flushed, and the connection may end before the batch does. The goodbye follows
/// the last acknowledgement.
bool WebSocketDoor::Session::on_goodbye()
{
    on_batch_end();
    door_.flush();
    tell_totals();
    parting_ = !waiting_.empty();
    return !parting_;
}

void WebSocketDoor::Session::on_drained()
{
    if (left_.outcome == Intake::Outcome::Congested) {
        retry();
    } else {
        tell_totals();
        on_batch_end();
    }
}

void WebSocketDoor::Session::on_reject(const telemetry::Rejection& rejection, std::uint64_t accepted)
{
    std::string text = R"({"type":"reject","index":)";
    append_number(text, taken_.accepted + accepted + taken_.rejected);
    if (!rejection.uuid.empty()) {
        append_string(text.append(R"(,"uuid":)"), rejection.uuid);
    }
    append_string(text.append(R"(,"code":)"), name(rejection.code));
    append_string(text.append(R"(,"message":)"), rejection.message);
    socket_->send_text(text.append("}"));
    ++taken_.rejected;
}

std::unique_ptr<net::WebSocket::Handler> WebSocketDoor::open(const std::optional<access::Identity>& identity)
{
    Sender sender;
    sender.connection = ++connections_;
    std::shared_ptr<TokenBucket> rate;
    if (identity) {
        sender.may_send = identity->may_send();
        sender.only = identity->racer;
        rate = identity->role == access::Role::Bike ? rates_.bike(identity->id) : rates_.studio(identity->id);
    }
    return std::make_unique<Session>(*this, sender, std::move(rate));
}

void WebSocketDoor::flush_soon(Session& session)
{
    unflushed_.push_back(&session);
    if (unflushed_.size() == 1) {  // behind the connections that are ready now
        boost::asio::post(network_, [this] { flush(); });
    }
}

void WebSocketDoor::flush()
{
    const auto ticket = intake_.flush();
    for (auto* session : std::exchange(unflushed_, {})) {
        if (session->flushed(ticket)) {
            flushed_.push_back({ticket, session});
        }
    }
    acknowledge_durable();
}

void WebSocketDoor::acknowledge_durable()
{
    const auto durable = intake_.durable();
    while (!flushed_.empty() && flushed_.front().ticket <= durable) {
        auto* session = flushed_.front().session;
        flushed_.pop_front();
        session->acknowledge(durable);
    }
}

void WebSocketDoor::retry_stalled()
{
    for (auto waiting = stalled_.size(); waiting > 0 && !stalled_.empty(); --waiting) {
        auto* session = stalled_.front();
        stalled_.pop_front();
        static_cast<void>(session->retry());
    }
}

void WebSocketDoor::progress()
{
    acknowledge_durable();
    if (!closed_) {
        retry_stalled();
    }
}

void WebSocketDoor::close()
{
    closed_ = true;
}

}  // namespace alleycat::ingest
