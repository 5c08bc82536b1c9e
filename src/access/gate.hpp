#pragma once

#include <alleycat/access/guard.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace alleycat::access {

/// Stands before what handles a WebSocket: lets nothing through before it is known whose it is, and ends the connection
/// when its token is good no more.
///
/// Thread: the network thread.
class Gate final : public net::WebSocket::Handler {
public:
    /// Of a connection whose first message is to bring the token.
    Gate(Guard& guard, bool sends, Guard::Open open) : guard_(guard), sends_(sends), open_(std::move(open)) {}
    /// Of one that is known.
    Gate(Guard& guard, Identity identity, std::unique_ptr<Handler> inner)
        : guard_(guard), identity_(std::move(identity)), inner_(std::move(inner))
    {
    }
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;
    ~Gate() override { guard_.gates_.erase(this); }

    void on_open(net::WebSocket& socket) override;
    [[nodiscard]] bool on_text(std::string_view text) override;
    void on_batch_end() override;
    void on_drained() override;
    [[nodiscard]] bool on_goodbye() override;
    void on_closed() override;

    /// Whether the connection has to end: its token is good no more, or none has come in time.
    [[nodiscard]] bool is_due(std::int64_t now_ms, std::chrono::steady_clock::time_point now) const;
    /// Ends it for that. It, and this, may be gone then.
    void end();

private:
    void read_token(std::string_view text);
    void let_in(Identity identity);
    void refuse(std::string_view why, std::uint64_t& count);

    Guard& guard_;
    const bool sends_{false};
    Guard::Open open_;                  // until the token has come
    std::optional<Identity> identity_;  // from then on
    std::unique_ptr<Handler> inner_;    // likewise
    net::WebSocket* socket_{nullptr};
    std::chrono::steady_clock::time_point opened_{};
    bool closed_{false};  // said goodbye: nothing more goes through
};

}  // namespace alleycat::access
