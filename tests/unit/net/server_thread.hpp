#pragma once

#include "raw_client.hpp"

#include <alleycat/net/http_server.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <future>
#include <thread>

namespace alleycat::net {

/// An HttpServer on a free port of the loopback, on a thread of its own.
class ServerThread {
public:
    explicit ServerThread(HttpServer::Options options = {}) : server(context, on_any_port(std::move(options))) {}
    ServerThread(const ServerThread&) = delete;
    ServerThread& operator=(const ServerThread&) = delete;
    ~ServerThread() { stop(); }

    /// Routes are made before.
    void start()
    {
        server.listen();
        port_ = server.local_endpoint().port();
        thread_ = std::thread([this] { context.run(); });
    }
    /// Returns when every connection has ended.
    void stop()
    {
        if (thread_.joinable()) {
            boost::asio::post(context, [this] {
                server.shut_down();
                server.abort();
                context.stop();
            });
            thread_.join();
            context.restart();
            context.poll();  // what aborted connections still had to hear, so that none outlives the server
        }
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Runs `work` on the network thread and returns what it returns.
    template <class Work>
    auto on_thread(Work work)
    {
        std::packaged_task<decltype(work())()> task(std::move(work));
        auto result = task.get_future();
        boost::asio::post(context, [&task] { task(); });
        return result.get();
    }

    boost::asio::io_context context;
    HttpServer server;

private:
    static HttpServer::Options on_any_port(HttpServer::Options options)
    {
        options.port = 0;
        return options;
    }

    std::uint16_t port_{0};
    std::thread thread_;
};

}  // namespace alleycat::net
