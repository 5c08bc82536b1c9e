#include <alleycat/net/channel.hpp>

#include <linux/sockios.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace alleycat::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kRecordBytes = 16 * 1024;      // the most that a TLS record holds
constexpr std::size_t kTlsFileBytes = 64 * 1024;     // read of a file at once, to be encrypted
constexpr std::size_t kSendfileBytes = 1024 * 1024;  // in one call, so that others have their turn
constexpr Channel::Progress kEnded{0, Channel::Next::Ended};

/// What is encrypted soon; one for all connections of the thread, since nothing of it is needed behind a call.
std::span<char> plain_bytes()
{
    static thread_local std::array<char, kTlsFileBytes> bytes;
    return bytes;
}

/// What a system call says that returned less than 0, or 0 at the end.
Channel::Progress stopped(ssize_t result, Channel::Next wait)
{
    return {0, result < 0 && (errno == EAGAIN || errno == EINTR) ? wait : Channel::Next::Ended};
}

std::span<const char> bytes_of(const iovec& piece)
{
    return {static_cast<const char*>(piece.iov_base), piece.iov_len};
}

}  // namespace

void Channel::FreeTls::operator()(ssl_st* tls) const
{
    SSL_free(tls);
}

Channel::Channel(asio::ip::tcp::socket socket, AddressCounts::Place place)
    : socket_(std::move(socket)), place_(std::move(place))
{
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
}

Channel::Channel(Channel&&) noexcept = default;

Channel::~Channel()
{
    close();
}

void Channel::start_tls(ssl_ctx_st& context)
{
    tls_.reset(SSL_new(&context));
    if (tls_ == nullptr || SSL_set_fd(tls_.get(), socket_.native_handle()) != 1) {
        ERR_clear_error();
        close();
        return;
    }
    SSL_set_accept_state(tls_.get());
}

/// What a call of OpenSSL says that did not succeed.
Channel::Progress Channel::tls_stopped(int result)
{
    const auto error = SSL_get_error(tls_.get(), result);
    drained_ = error == SSL_ERROR_WANT_READ;
    if (drained_) {
        return {0, Next::Readable};
    }
    if (error == SSL_ERROR_WANT_WRITE) {
        return {0, Next::Writable};
    }
    broken_ = true;
    ERR_clear_error();  // the queue is the thread's: the next connection must not find what this one did
    return kEnded;
}

Channel::Progress Channel::try_handshake()
{
    if (!secure() || broken_) {
        return kEnded;
    }
    ERR_clear_error();
    const auto result = SSL_do_handshake(tls_.get());
    if (result != 1) {
        return tls_stopped(result);
    }
    drained_ = false;  // the first request may have come with the client's last words of the handshake
    return {};
}

Channel::Progress Channel::try_peek(char& byte)
{
    const auto received = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return received > 0 ? Progress{1, Next::Go} : stopped(received, Next::Readable);
}

Channel::Progress Channel::try_read(std::span<char> room)
{
    if (!secure()) {
        const auto received = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
        return received > 0 ? Progress{static_cast<std::size_t>(received), Next::Go}
                            : stopped(received, Next::Readable);
    }
    std::size_t total = 0;
    drained_ = false;
    while (total < room.size()) {
        if (broken_) {
            return total > 0 ? Progress{total, Next::Go} : kEnded;
        }
        ERR_clear_error();
        std::size_t received = 0;
        const auto result = SSL_read_ex(tls_.get(), room.data() + total, room.size() - total, &received);
        if (result != 1) {
            const auto why = tls_stopped(result);
            if (why.next == Next::Ended) {
                continue;
            }
            return total > 0 ? Progress{total, Next::Go} : why;
        }
        total += received;
    }
    return {total, Next::Go};
}

Channel::Progress Channel::try_write(std::span<const iovec> pieces, bool more_follows)
{
    if (!secure()) {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(pieces.data());
        message.msg_iovlen = pieces.size();
        const auto flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more_follows ? MSG_MORE : 0);
        const auto sent = ::sendmsg(socket_.native_handle(), &message, flags);
        return sent >= 0 ? Progress{static_cast<std::size_t>(sent), Next::Go} : stopped(sent, Next::Writable);
    }
    // A record of its own for each small piece would cost 22 bytes and a system call each.
    if (pieces.size() == 1 || pieces.front().iov_len >= kRecordBytes) {
        return try_write_record(bytes_of(pieces.front()));
    }
    const auto record = plain_bytes().first(kRecordBytes);
    std::size_t size = 0;
    for (const auto& piece : pieces) {
        const auto part = bytes_of(piece).first(std::min(piece.iov_len, record.size() - size));
        std::copy(part.begin(), part.end(), record.begin() + static_cast<std::ptrdiff_t>(size));
        size += part.size();
    }
    return try_write_record(record.first(size));
}

Channel::Progress Channel::try_write_record(std::span<const char> bytes)
{
    if (bytes.empty()) {
        return {};
    }
    if (broken_) {
        return kEnded;
    }
    ERR_clear_error();
    std::size_t sent = 0;
    const bool was_drained = drained_;
    const auto result = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &sent);
    if (result == 1) {
        return {sent, Next::Go};
    }
    const auto why = tls_stopped(result);
    drained_ = was_drained;  // which is about reading
    return why;
}

Channel::Progress Channel::try_send_file(int file, std::uint64_t offset, std::size_t count)
{
    auto at = static_cast<off_t>(offset);
    if (!secure()) {
        const auto sent = ::sendfile(socket_.native_handle(), file, &at, std::min(count, kSendfileBytes));
        return sent > 0 ? Progress{static_cast<std::size_t>(sent), Next::Go} : stopped(sent, Next::Writable);
    }
    const auto room = plain_bytes().first(std::min(count, kTlsFileBytes));
    const auto read = ::pread(file, room.data(), room.size(), at);
    if (read <= 0) {
        return kEnded;
    }
    std::size_t total = 0;
    for (auto left = room.first(static_cast<std::size_t>(read)); !left.empty();) {
        const auto wrote = try_write_record(left);
        if (wrote.next != Next::Go) {
            return total > 0 ? Progress{total, Next::Go} : wrote;
        }
        total += wrote.bytes;
        left = left.subspan(wrote.bytes);
    }
    return {total, Next::Go};
}

std::size_t Channel::untaken_bytes()
{
    int bytes = 0;
    return ::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

void Channel::say_tls_goodbye()
{
    if (!secure() || SSL_is_init_finished(tls_.get()) != 1) {
        return;
    }
    const bool client_said_it = (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
    if (!broken_ || client_said_it) {
        ERR_clear_error();
        SSL_shutdown(tls_.get());
        ERR_clear_error();
    }
}

void Channel::end_sending()
{
    say_tls_goodbye();
    boost::system::error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

void Channel::close()
{
    if (socket_.is_open()) {
        say_tls_goodbye();
    }
    tls_.reset();  // before its descriptor may become another connection's
    boost::system::error_code ignored;
    socket_.close(ignored);
    place_.release();
}

}  // namespace alleycat::net
