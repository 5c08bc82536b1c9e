#pragma once

#include "server_thread.hpp"

#include <catch2/catch.hpp>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

namespace alleycat::net {

inline Response plain(std::string body)
{
    return Response::text(200, std::move(body));
}

/// What the handler was asked, as text.
inline Response echo(const Request& request)
{
    std::string text = std::string(request.method) + " " + request.path;
    for (const auto& [name, value] : request.query) {
        text += " " + name + "=" + value;
    }
    for (const auto& parameter : request.parameters) {
        text += " {" + parameter + "}";
    }
    if (const auto value = request.header("x-thing"); !value.empty()) {
        text += " X-Thing: " + std::string(value);
    }
    if (!request.body.empty()) {
        text += " body: " + std::string(request.body);
    }
    return plain(text);
}

/// A file that is gone from its directory as soon as it is open.
class OpenFile {
public:
    explicit OpenFile(std::string_view bytes)
    {
        auto name = (std::filesystem::temp_directory_path() / "alleycat-net-XXXXXX").string();
        fd_ = std::make_shared<UniqueFd>(::mkstemp(name.data()));
        REQUIRE(*fd_);
        std::filesystem::remove(name);
        REQUIRE(::write(fd_->get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
    [[nodiscard]] FileBody part(std::uint64_t offset, std::uint64_t size) const
    {
        return {fd_, fd_->get(), offset, size};
    }

private:
    std::shared_ptr<UniqueFd> fd_;
};

inline std::string long_text(std::size_t size)
{
    std::string text;
    while (text.size() < size) {
        text += std::to_string(text.size()) + " ";
    }
    return text.substr(0, size);
}

/// `text`, handed out in pieces of odd sizes.
inline StreamBody streamed(std::string text, std::size_t claimed_size)
{
    const auto at = std::make_shared<std::size_t>(0);
    return {claimed_size, [text = std::move(text), at](std::span<char> room) {
                const auto size = text.copy(room.data(), room.size(), *at);
                *at += size;
                return size;
            }};
}

/// A server with a route of each kind.
struct Routes : ServerThread {
    static constexpr std::size_t kLong = 3'000'000;
    const std::string& text = the_long_text();
    OpenFile file{text};

    static const std::string& the_long_text()
    {
        static const auto made = long_text(kLong);
        return made;
    }

    explicit Routes(HttpServer::Options options = {}) : ServerThread(std::move(options))
    {
        server.get("/echo", echo);
        server.get("/things/{}", echo);
        server.get("/things/{}/parts/{}.gz", echo);
        server.get("/shared", [shared = std::make_shared<const std::string>("shared text")](const Request&) {
            Response response;
            response.body = shared;
            return response;
        });
        server.get("/stream", [this](const Request&) {
            Response response;
            response.body = streamed(text, text.size());
            return response;
        });
        server.get("/short-stream", [](const Request&) {
            Response response;
            response.body = streamed("only this", 1'000);
            return response;
        });
        server.get("/empty-stream", [](const Request&) {
            Response response;
            response.body = streamed("", 0);
            return response;
        });
        server.get("/file", [this](const Request&) {
            Response response;
            response.body = file.part(0, kLong);
            return response;
        });
        server.get("/part", [this](const Request& request) {
            Response response;
            response.status = 206;
            response.body = file.part(std::stoul(std::string(*request.parameter("offset"))),
                                      std::stoul(std::string(*request.parameter("size"))));
            return response;
        });
        server.get("/unchanged", [](const Request&) {
            Response response;
            response.status = 304;
            return std::move(response.with("ETag", "\"x\""));
        });
        server.websocket("/socket", [](const Request&) { return Response::text(400, "classId: missing\n"); });
        start();
    }
};

}  // namespace alleycat::net
