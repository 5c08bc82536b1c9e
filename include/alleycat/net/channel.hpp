#pragma once

#include <alleycat/net/address_counts.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <span>

// OpenSSL's SSL and SSL_CTX, which only the sources of this room know.
struct ssl_st;
struct ssl_ctx_st;

namespace alleycat::net {

/// One connection's bytes, plain or through TLS, by readiness: each call does what can be done now, and says what to
/// wait for where that is nothing.
///
/// Thread: the network thread.
/// Owns:   the socket, and the client's place among those of its address, until close() or destruction.
class Channel {
public:
    enum class Next : std::uint8_t {
        Go,        ///< it did something; go on as you like
        Readable,  ///< nothing could be done: wait for this, then do the same again
        Writable,  ///< likewise; TLS may want to write in order to read, and to read in order to write
        Ended,     ///< the client is gone, or broke TLS; nothing but close() makes sense
    };
    struct Progress {
        std::size_t bytes{0};  ///< above 0 only with Go
        Next next{Next::Go};
    };

    /// `socket`: connected; becomes non-blocking.
    explicit Channel(boost::asio::ip::tcp::socket socket, AddressCounts::Place place = {});
    Channel(Channel&&) noexcept;
    Channel& operator=(Channel&&) = delete;
    ~Channel();

    /// From here on bytes go through TLS; try_handshake() comes first, until it says Go.
    void start_tls(ssl_ctx_st& context);
    [[nodiscard]] Progress try_handshake();
    [[nodiscard]] bool secure() const { return tls_ != nullptr; }

    /// The first byte that waits, which stays. Before start_tls() only.
    [[nodiscard]] Progress try_peek(char& byte);
    /// Plain: one read. TLS: as many records as have come and fit, so that no reader waits for what was received.
    [[nodiscard]] Progress try_read(std::span<char> room);
    /// Whether the last try_read() stopped before it had everything that was received, the end included: who waits for
    /// Readable now may wait for ever, since it lies here and not in the socket. Never with plain connections.
    [[nodiscard]] bool pending() const { return secure() && !drained_; }

    /// Writes the pieces, or the first of their bytes. TLS: as one record; small pieces are put together for it.
    /// A call that wrote nothing is repeated with the same bytes, more behind them or not, before any other is written.
    /// `more_follows`: a hint that the next write comes at once.
    [[nodiscard]] Progress try_write(std::span<const iovec> pieces, bool more_follows = false);
    /// The same for at most `count` bytes of the file; how many at once is decided here. Ended also for a file that
    /// cannot be read or is shorter.
    [[nodiscard]] Progress try_send_file(int file, std::uint64_t offset, std::size_t count);

    /// What was written and the client has not taken yet: a slow client that goes on makes it less.
    [[nodiscard]] std::size_t untaken_bytes();

    /// Calls `token` when the socket is ready for `next`, Readable or Writable.
    template <class Token>
    auto wait(Next next, Token&& token)
    {
        using Socket = boost::asio::socket_base;
        return socket_.async_wait(next == Next::Readable ? Socket::wait_read : Socket::wait_write,
                                  std::forward<Token>(token));
    }
    [[nodiscard]] boost::asio::any_io_executor executor() { return socket_.get_executor(); }

    /// Tells the client that nothing more comes.
    void end_sending();
    /// Ends the connection, with TLS's goodbye where there is room for it. Every wait ends with an error.
    void close();
    [[nodiscard]] bool is_open() const { return socket_.is_open(); }

private:
    struct FreeTls {
        void operator()(ssl_st* tls) const;
    };

    [[nodiscard]] Progress try_write_record(std::span<const char> bytes);
    [[nodiscard]] Progress tls_stopped(int result);
    void say_tls_goodbye();

    boost::asio::ip::tcp::socket socket_;
    AddressCounts::Place place_;
    std::unique_ptr<ssl_st, FreeTls> tls_;  // null: plain, or closed
    bool drained_{false};                   // TLS wants more of the socket before it can give anything
    bool broken_{false};                    // TLS ended or failed: it is not asked again
};

}  // namespace alleycat::net
