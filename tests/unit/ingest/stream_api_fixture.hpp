#pragma once

#include "ingest_fixture.hpp"

#include <alleycat/core/base64.hpp>
#include <alleycat/ingest/stream_api.hpp>
#include <alleycat/stream/log_queries.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <optional>

namespace alleycat::ingest {

/// A request as the server hands it over, with what its views point into.
class ApiRequest {
public:
    std::string method{"POST"};
    std::string target{"/"};
    std::map<std::string, std::string> headers;  // names in lower case

    explicit ApiRequest(std::string_view body = {}) : body_(padded(body)) {}

    /// A call as an SDK makes it, unsigned.
    static ApiRequest call(std::string_view operation, std::string_view body)
    {
        ApiRequest made(body);
        made.headers = {{"host", "localhost:8080"},
                        {"content-type", "application/x-amz-json-1.1"},
                        {"x-amz-target", "Kinesis_20131202." + std::string(operation)}};
        return made;
    }

    [[nodiscard]] net::Request request() const
    {
        net::Request made;
        made.method = method;
        made.target = target;
        made.path = "/";
        made.body = std::string_view(body_).substr(0, body_.size() - net::Request::kBodyPadding);
        made.header = [this](std::string_view name) {
            std::string key(name);
            std::ranges::transform(key, key.begin(),
                                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            const auto found = headers.find(key);
            return found == headers.end() ? std::string_view() : std::string_view(found->second);
        };
        return made;
    }

    static std::string padded(std::string_view body)
    {
        return std::string(body).append(net::Request::kBodyPadding, '\0');
    }

private:
    std::string body_;
};

inline std::string body_of(const net::Response& response)
{
    if (const auto* shared = std::get_if<net::SharedBody>(&response.body)) {
        return **shared;
    }
    return std::get<std::string>(response.body);
}

inline std::string header_of(const net::Response& response, std::string_view name)
{
    const auto found = std::ranges::find(response.headers, name, &std::pair<std::string, std::string>::first);
    return found == response.headers.end() ? "" : found->second;
}

inline std::string base64(std::string_view bytes)
{
    std::string text;
    append_base64(text, bytes);
    return text;
}

inline std::string error_text(std::string_view type, std::string_view message)
{
    std::string text = R"({"__type":")" + std::string(type) + R"(","message":)";
    append_string(text, message);
    return text + "}";
}

/// One complaint of the public API.
inline std::string one_error(std::string_view complaint)
{
    return error_text("ValidationException", "1 validation error detected: " + std::string(complaint));
}

/// What stands behind `"name":` in an answer, up to a comma or bracket, without quotes.
inline std::string member(const std::string& json, const std::string& name)
{
    const auto at = json.find("\"" + name + "\":");
    REQUIRE(at != std::string::npos);
    auto value = json.substr(at + name.size() + 3);
    if (value.front() == '"') {
        return value.substr(1, value.find('"', 1) - 1);
    }
    return value.substr(0, value.find_first_of(",}]"));
}

inline std::size_t count(const std::string& text, const std::string& part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
        ++found;
    }
    return found;
}

/// A record of a put.
inline std::string put_entry(std::string_view data, std::string_view key, std::string_view more = {})
{
    return R"({"Data":")" + base64(data) + R"(","PartitionKey":")" + std::string(key) + "\"" + std::string(more) + "}";
}

inline std::string put_records(const std::vector<std::string>& entries)
{
    return R"({"StreamName":"alleycat","Records":[)" + joined(entries, ",") + "]}";
}

/// The stream API in front of a stream with its log on a disk of the test; the test's thread is the network thread.
struct ApiFixture {
    static constexpr std::int64_t kNow = 1'617'290'000'123;

    LogDisk disk;
    boost::asio::io_context context;
    StreamFixture stream;
    stream::LogQueries queries{stream.stream, disk};
    DoorCounters counters;
    std::int64_t now_ms{kNow};
    std::unique_ptr<StreamApi> api;

    explicit ApiFixture(std::uint32_t shards = 1, StreamApiOptions options = {})
        : ApiFixture(on(shards), std::move(options))
    {
    }
    ApiFixture(stream::Stream::Options stream_options, StreamApiOptions options)
        : stream(with_disk(stream_options, disk))
    {
        options.shards = stream_options.shards;
        options.record_limits = limits();
        options.now = [this] {
            return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(now_ms));
        };
        auto producer = stream.producer([this] { boost::asio::post(context, [this] { api->progress(); }); });
        api = std::make_unique<StreamApi>(context.get_executor(), std::move(options), std::move(producer),
                                          stream.stream, queries, counters);
        stream.stream.start();
        queries.start();
    }
    ~ApiFixture()
    {
        disk.let_all_go();
        for (auto& log : stream.logs) {
            log->open();
        }
        queries.stop();
        stream.stop();
        context.restart();
        context.poll();
    }
    ApiFixture(const ApiFixture&) = delete;
    ApiFixture& operator=(const ApiFixture&) = delete;

    static stream::Stream::Options on(std::uint32_t shards)
    {
        stream::Stream::Options options;
        options.shards = shards;
        return options;
    }
    static stream::Stream::Options with_disk(stream::Stream::Options options, LogDisk& disk)
    {
        options.log = logged_on(disk).log;
        return options;
    }

    using Answer = std::shared_ptr<std::optional<net::Response>>;

    Answer send(const ApiRequest& request)
    {
        auto answer = std::make_shared<std::optional<net::Response>>();
        api->handle(request.request(), [answer](net::Response response) {
            REQUIRE_FALSE(answer->has_value());
            *answer = std::move(response);
        });
        return answer;
    }
    Answer send(std::string_view operation, std::string_view body) { return send(ApiRequest::call(operation, body)); }

    /// Runs the network thread until the answer is there.
    net::Response wait(const Answer& answer)
    {
        const auto work = boost::asio::make_work_guard(context);
        while (!*answer) {
            context.restart();
            REQUIRE(context.run_one_until(stream::limit()) != 0);
        }
        return **answer;
    }
    /// Runs what the network thread has to do now.
    void pass_rounds()
    {
        context.restart();
        context.poll();
    }

    net::Response call(std::string_view operation, std::string_view body) { return wait(send(operation, body)); }
    /// The body of an answer that must be 200.
    std::string good(std::string_view operation, std::string_view body)
    {
        const auto response = call(operation, body);
        CAPTURE(body_of(response));
        REQUIRE(response.status == 200);
        return body_of(response);
    }
    /// The body of an answer that must be 400.
    std::string refused(std::string_view operation, std::string_view body)
    {
        const auto response = call(operation, body);
        CAPTURE(body_of(response));
        REQUIRE(response.status == 400);
        return body_of(response);
    }
};

}  // namespace alleycat::ingest
