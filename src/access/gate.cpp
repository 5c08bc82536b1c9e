#include "gate.hpp"

#include "auth_message.hpp"

namespace alleycat::access {

using net::CloseCode;

void Gate::on_open(net::WebSocket& socket)
{
    socket_ = &socket;
    opened_ = guard_.options_.steady_now();
    guard_.gates_.insert(this);
    if (inner_) {
        inner_->on_open(socket);
    }
}

bool Gate::on_text(std::string_view text)
{
    if (closed_) {
        return true;
    }
    if (inner_) {
        return inner_->on_text(text);
    }
    read_token(text);
    return true;
}

void Gate::read_token(std::string_view text)
{
    const auto token = auth_token(text);
    if (!token) {
        if (sends_) {
            socket_->send_text(unauthorized_message("the first message must bring a token"));
        }
        refuse("the first message must bring a token", guard_.refused_.unknown);
        return;
    }
    auto identity = guard_.known(*token);
    if (!identity) {
        refuse("the token is not known, or good no more", guard_.refused_.unknown);
    } else if (sends_ && !identity->may_send()) {
        refuse("this token may not send", guard_.refused_.forbidden);
    } else {
        let_in(*std::move(identity));
    }
}

void Gate::let_in(Identity identity)
{
    const auto open = std::exchange(open_, nullptr);
    auto opened = open(identity);
    if (const auto* refusal = std::get_if<net::Response>(&opened)) {
        socket_->close(CloseCode::PolicyViolation, net::reason(refusal->status));
        return;
    }
    identity_ = std::move(identity);
    inner_ = std::move(std::get<0>(opened));
    socket_->send_text(authorized_message(*identity_));
    inner_->on_open(*socket_);
}

void Gate::refuse(std::string_view why, std::uint64_t& count)
{
    ++count;
    socket_->close(CloseCode::PolicyViolation, why);
}

void Gate::on_batch_end()
{
    if (inner_) {
        inner_->on_batch_end();
    }
}

void Gate::on_drained()
{
    if (inner_) {
        inner_->on_drained();
    }
}

bool Gate::on_goodbye()
{
    closed_ = true;
    return !inner_ || inner_->on_goodbye();
}

void Gate::on_closed()
{
    closed_ = true;
    guard_.gates_.erase(this);
    if (inner_) {
        inner_->on_closed();
    }
}

bool Gate::is_due(std::int64_t now_ms, std::chrono::steady_clock::time_point now) const
{
    if (closed_) {
        return false;
    }
    return identity_ ? !guard_.tokens_->holds(*identity_, now_ms) : now - opened_ >= guard_.options_.first_message;
}

void Gate::end()
{
    if (identity_) {
        socket_->close(CloseCode::PolicyViolation, "the token was revoked or has expired");
    } else {
        refuse("no token came in time", guard_.refused_.unknown);
    }
}

}  // namespace alleycat::access
