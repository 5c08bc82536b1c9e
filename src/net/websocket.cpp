#include <alleycat/net/websocket.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>

namespace alleycat::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxGathered = 32;                 // pieces handed to the kernel at once
constexpr auto kCloseTimeout = std::chrono::seconds(3);  // for the client to answer a close

}  // namespace

WebSocket::WebSocket(Channel channel, Options options, Connections& connections, ReadBuffer& buffer)
    : channel_(std::move(channel)),
      options_(options),
      connections_(connections),
      buffer_(buffer),
      parser_(options.max_message_bytes)
{
    connections_.add(*this);
}

WebSocket::~WebSocket()
{
    buffer_.count_unfinished(unfinished_bytes_, 0);
    connections_.remove(*this);
}

void WebSocket::start(std::unique_ptr<Handler> handler, std::string_view received)
{
    handler_ = std::move(handler);
    self_ = shared_from_this();
    handler_->on_open(*this);
    bool go_on = true;
    while (go_on && !received.empty()) {
        const auto part = received.substr(0, ReadBuffer::kBytes);
        std::copy(part.begin(), part.end(), buffer_.room().begin());
        received.remove_prefix(part.size());
        go_on = process(buffer_.room().first(part.size()));
        held_.append(go_on ? std::string_view() : received);
    }
    if (go_on) {
        read_on();
    }
}

/// Reads what has come already and lies in the channel, when others had their turn; else waits for more.
void WebSocket::read_on()
{
    if (!channel_.pending()) {
        wait_for_input(Channel::Next::Readable);
    } else if (!reading_ && !finished_) {
        reading_ = true;
        asio::post(channel_.executor(), [self = shared_from_this()] {
            self->reading_ = false;
            if (!self->paused_ && !self->finished_) {
                self->on_readable();
            }
        });
    }
}

void WebSocket::wait_for_input(Channel::Next next)
{
    if (reading_ || finished_) {
        return;
    }
    reading_ = true;
    channel_.wait(next, [self = shared_from_this()](boost::system::error_code error) {
        self->reading_ = false;
        if (error) {
            self->finish();
        } else if (!self->paused_) {
            self->on_readable();
        }
    });
}

void WebSocket::on_readable()
{
    const auto room = buffer_.room();
    const auto got = channel_.try_read(room);
    if (got.next == Channel::Next::Ended) {
        finish();
    } else if (got.bytes == 0) {
        wait_for_input(got.next);
    } else {
        heard_ = std::chrono::steady_clock::now();
        if (process(room.first(got.bytes))) {
            read_on();
        }
    }
}

bool WebSocket::process(std::span<char> input)
{
    bool go_on = true;
    while (go_on && !broken_) {
        const auto event = parser_.next(input);
        if (event.kind == FrameParser::Kind::NeedMore) {
            break;
        }
        go_on = handle(event);
    }
    if (finished_) {
        return false;
    }
    handler_->on_batch_end();
    if (!go_on && paused_) {
        held_.append(input.data(), input.size());
    }
    return count_unfinished() && go_on;
}

/// Counts what the parser holds. False where that ended the connection: one that holds some of what is too much.
bool WebSocket::count_unfinished()
{
    const auto before = std::exchange(unfinished_bytes_, parser_.unfinished_bytes());
    buffer_.count_unfinished(before, unfinished_bytes_);
    if (unfinished_bytes_ > before && buffer_.unfinished_bytes() > options_.max_unfinished_bytes) {
        broken_ = true;
        close(CloseCode::TryAgainLater, "too many messages are being received");
    }
    return !finished_;
}

bool WebSocket::handle(const FrameParser::Event& event)
{
    using Kind = FrameParser::Kind;
    switch (event.kind) {
        case Kind::Text:
            if (closing_) {
                return true;  // said goodbye already: nothing more is taken
            }
            paused_ = !handler_->on_text(event.payload);
            return !paused_ && !finished_;
        case Kind::Binary:
            close(CloseCode::UnsupportedData, "only text frames are understood here");
            return true;
        case Kind::Ping:
            if (!closing_ && queued_bytes_ < 64 * 1024) {  // a client that never reads gets no endless pongs
                send(std::make_shared<const std::string>(make_frame(Opcode::Pong, event.payload)));
            }
            return !finished_;
        case Kind::Pong:
            return true;
        case Kind::Close:
            close(event.code, "");
            end_when_sent_ = true;
            flush();
            return !finished_;
        case Kind::Error:
            // What follows has no meaning, but is read: closing a socket with input left would take our words back.
            broken_ = true;
            close(event.code,
                  event.code == CloseCode::MessageTooBig ? "the message is too big" : "the frame breaks RFC 6455");
            return !finished_;
        case Kind::NeedMore:
            break;
    }
    return true;
}

void WebSocket::send(std::shared_ptr<const std::string> frame, std::string rest)
{
    if (finished_ || (closing_ && goodbye_.empty())) {
        return;
    }
    if (outbox_.empty()) {
        taken_ = std::chrono::steady_clock::now();
    }
    queued_bytes_ += frame->size() + rest.size();
    outbox_.push_back({std::move(frame), std::move(rest)});
    flush();
}

void WebSocket::send_text(std::string_view text)
{
    send(std::make_shared<const std::string>(make_frame(Opcode::Text, text)));
}

void WebSocket::flush()
{
    if (writing_) {
        return;  // goes on when the socket takes more
    }
    while (!outbox_.empty() && !finished_) {
        std::array<iovec, kMaxGathered> room;
        const auto wrote = channel_.try_write(gather(room));
        if (wrote.next == Channel::Next::Ended) {  // told later, so that nobody who sends is called back meanwhile
            asio::post(channel_.executor(), [self = shared_from_this()] { self->finish(); });
            return;
        }
        if (wrote.next != Channel::Next::Go) {
            wait_for_output(wrote.next);
            return;
        }
        take_sent(wrote.bytes);
    }
    if (end_when_sent_ && goodbye_.empty() && !finished_) {
        finish();
    }
}

/// The pieces of what is to be sent next.
std::span<const iovec> WebSocket::gather(std::span<iovec> room) const
{
    std::size_t count = 0;
    auto skip = sent_;
    const auto add = [&](const std::string& bytes) {
        const auto skipped = std::min(skip, bytes.size());
        skip -= skipped;
        if (skipped != bytes.size()) {
            room[count++] = {const_cast<char*>(bytes.data()) + skipped, bytes.size() - skipped};
        }
    };
    for (auto outgoing = outbox_.begin(); outgoing != outbox_.end() && count + 2 <= room.size(); ++outgoing) {
        add(*outgoing->frame);
        add(outgoing->rest);
    }
    return room.first(count);
}

void WebSocket::take_sent(std::size_t bytes)
{
    queued_bytes_ -= bytes;
    sent_ += bytes;
    while (!outbox_.empty() && sent_ >= outbox_.front().frame->size() + outbox_.front().rest.size()) {
        sent_ -= outbox_.front().frame->size() + outbox_.front().rest.size();
        outbox_.pop_front();
    }
}

void WebSocket::wait_for_output(Channel::Next next)
{
    writing_ = true;
    untaken_bytes_ = channel_.untaken_bytes();
    channel_.wait(next, [self = shared_from_this()](boost::system::error_code error) {
        self->writing_ = false;
        if (error) {
            self->finish();
            return;
        }
        self->taken_ = std::chrono::steady_clock::now();
        self->flush();
        if (self->outbox_.empty() && !self->finished_) {
            self->handler_->on_drained();
        }
    });
}

void WebSocket::resume()
{
    if (!paused_ || finished_) {
        return;
    }
    paused_ = false;
    const auto self = shared_from_this();
    // held_ may be longer than the buffer only by what a handshake brought; one buffer at a time.
    while (!held_.empty()) {
        const auto part = std::min(held_.size(), ReadBuffer::kBytes);
        std::copy_n(held_.begin(), part, buffer_.room().begin());
        auto behind = held_.substr(part);
        held_.clear();
        const bool go_on = process(buffer_.room().first(part));
        held_.append(behind);
        if (!go_on) {
            return;
        }
    }
    held_.shrink_to_fit();
    read_on();
}

void WebSocket::close(CloseCode code, std::string_view reason)
{
    if (closing_ || finished_) {
        return;
    }
    closing_ = true;
    goodbye_ = make_close_frame(code, reason);
    if (!handler_ || handler_->on_goodbye()) {
        say_goodbye();
    }
}

void WebSocket::say_goodbye()
{
    if (goodbye_.empty()) {
        return;
    }
    const auto self = shared_from_this();
    auto frame = std::make_shared<const std::string>(goodbye_);
    send(std::move(frame));  // while it is the one frame that may still leave
    goodbye_.clear();
    closing_since_ = std::chrono::steady_clock::now();
    if (paused_) {  // what was held back has no meaning any more, but is read: see Kind::Error
        paused_ = false;
        broken_ = true;
        held_.clear();
        read_on();
    }
    flush();
}

/// Whether the client has taken nothing for too long of what waits for it.
bool WebSocket::is_stuck(SteadyTime now)
{
    if (!writing_ || now - taken_ <= 2 * options_.ping_after) {
        return false;
    }
    const auto before = std::exchange(untaken_bytes_, channel_.untaken_bytes());
    taken_ = now;
    return untaken_bytes_ >= before;
}

void WebSocket::check_deadline(SteadyTime now)
{
    const bool silent = !paused_ && now - heard_ > 2 * options_.ping_after;
    const bool said_goodbye = closing_ && goodbye_.empty();
    if (said_goodbye ? now - closing_since_ > kCloseTimeout : silent || is_stuck(now)) {
        finish();
    } else if (!closing_ && now - heard_ > options_.ping_after && now - pinged_ > options_.ping_after) {
        pinged_ = now;
        send(std::make_shared<const std::string>(make_frame(Opcode::Ping, "")));
    }
}

void WebSocket::shut_down()
{
    close(CloseCode::GoingAway, "the server stops");
}

void WebSocket::abort()
{
    finish();
}

void WebSocket::finish()
{
    if (finished_) {
        return;
    }
    finished_ = true;
    const auto self = shared_from_this();  // until this call ends
    self_.reset();
    channel_.close();
    connections_.remove(*this);
    outbox_.clear();
    if (handler_) {
        handler_->on_closed();
    }
}

}  // namespace alleycat::net
