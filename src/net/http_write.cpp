#include "http_session.hpp"
#include "response_head.hpp"

#include <algorithm>

namespace alleycat::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kStreamChunk = 64 * 1024;

}  // namespace

asio::awaitable<bool> HttpSession::write(Response response, Manner manner)
{
    complete(response, {manner.origin, channel_.secure()}, server_.options_.cors_origins);
    auto head = head_of(response, manner.keep_alive, manner.http10);
    bool written = false;
    if (manner.head || response.status == 304 || response.status == 204) {
        written = co_await write_all({head, {}});
    } else if (const auto* file = std::get_if<FileBody>(&response.body)) {
        written = co_await write_file(std::move(head), *file);
    } else if (const auto* stream = std::get_if<StreamBody>(&response.body)) {
        written = co_await write_stream(std::move(head), *stream);
    } else {
        const auto* own = std::get_if<std::string>(&response.body);
        written = co_await write_all({head, own != nullptr ? *own : *std::get<SharedBody>(response.body)});
    }
    co_return written&& manner.keep_alive;
}

/// Writes both, one behind the other. The client may be slow, but not take nothing for the idle timeout.
asio::awaitable<bool> HttpSession::write_all(std::array<std::string_view, 2> parts, bool more_follows)
{
    while (!parts[0].empty() || !parts[1].empty()) {
        std::array<iovec, 2> pieces{};
        std::size_t count = 0;
        for (const auto part : parts) {
            if (!part.empty()) {
                pieces[count++] = {const_cast<char*>(part.data()), part.size()};
            }
        }
        const auto wrote = channel_.try_write(std::span(pieces).first(count), more_follows);
        if (wrote.next == Channel::Next::Ended) {
            co_return false;
        }
        if (wrote.bytes == 0) {
            if (!co_await ready(wrote.next)) {
                co_return false;
            }
            continue;
        }
        wait_until(server_.options_.idle_timeout);
        const auto of_first = std::min(wrote.bytes, parts[0].size());
        parts[0].remove_prefix(of_first);
        parts[1].remove_prefix(wrote.bytes - of_first);
    }
    co_return true;
}

asio::awaitable<bool> HttpSession::write_file(std::string head, const FileBody& body)
{
    // The head waits for the first of the file, so that both leave in one packet.
    if (!co_await write_all({head, {}}, body.size > 0)) {
        co_return false;
    }
    for (std::uint64_t sent = 0; sent < body.size;) {
        const auto step = channel_.try_send_file(body.fd, body.offset + sent, body.size - sent);
        if (step.next == Channel::Next::Ended) {
            co_return false;  // cut short: the client sees it by the length
        }
        sent += step.bytes;
        if (step.bytes > 0) {
            wait_until(server_.options_.idle_timeout);
        }
        const auto next = step.next == Channel::Next::Go ? Channel::Next::Writable : step.next;
        if (sent < body.size && !co_await ready(next)) {
            co_return false;
        }
    }
    co_return true;
}

asio::awaitable<bool> HttpSession::write_stream(std::string head, const StreamBody& body)
{
    if (body.size == 0) {
        co_return co_await write_all({head, {}});
    }
    std::vector<char> chunk(kStreamChunk);
    for (std::uint64_t sent = 0; sent < body.size;) {
        const auto size = body.read(chunk);
        if (!co_await write_all({head, std::string_view(chunk.data(), size)}) || size == 0) {
            co_return false;
        }
        head.clear();
        sent += size;
        if (!std::exchange(waited_, false)) {
            co_await yield();
        }
    }
    co_return true;
}

}  // namespace alleycat::net
