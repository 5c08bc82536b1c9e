#include "api_descriptions.hpp"
#include "sigv4.hpp"
#include "stream_api_puts.hpp"
#include "stream_api_reads.hpp"

#include <alleycat/access/guard.hpp>
#include <alleycat/ingest/stream_api.hpp>

#include <algorithm>
#include <array>

namespace alleycat::ingest {

namespace {

constexpr std::string_view kService = "kinesis";
constexpr std::string_view kTargetPrefix = "Kinesis_20131202.";

/// Why nothing of this kind of content is understood.
std::optional<ApiError> check_content_type(std::string_view header)
{
    auto type = header.substr(0, std::min(header.find(';'), header.size()));
    type.remove_suffix(type.size() - std::min(type.find_last_not_of(' ') + 1, type.size()));
    if (type == "application/x-amz-json-1.1" || type == "application/json") {
        return std::nullopt;
    }
    if (type == "application/x-amz-cbor-1.1") {
        return serialization_error(
            "Only JSON is understood here, not CBOR: set AWS_CBOR_DISABLE=true (AWS SDK for Java 2: "
            "CBOR_ENABLED=false), "
            "so that requests come as application/x-amz-json-1.1.");
    }
    return ApiError{"UnknownOperationException", "The Content-Type of a call is application/x-amz-json-1.1."};
}

}  // namespace

class StreamApi::Impl {
public:
    Impl(boost::asio::any_io_executor network, StreamApiOptions options, stream::Producer producer,
         const stream::Stream& stream, stream::LogQueries& queries, DoorCounters& counters)
        : options_(std::move(options)),
          counters_(counters),
          puts(network, options_, std::move(producer), counters),
          reads_(network, options_, stream, queries)
    {
    }

    void handle(const net::Request& request, net::Reply reply);

private:
    using Operation = void (Impl::*)(const net::Request& request, net::Reply reply);
    struct Named {
        std::string_view name;
        Operation operation;
    };

    [[nodiscard]] static Operation find(std::string_view target);
    [[nodiscard]] std::int64_t now_ms() const { return options_.now().time_since_epoch().count(); }

    void put_record(const net::Request& request, net::Reply reply) { puts.put_record(request.body, std::move(reply)); }
    void put_records(const net::Request& request, net::Reply reply)
    {
        puts.put_records(request.body, std::move(reply));
    }
    void get_records(const net::Request& request, net::Reply reply);
    void get_shard_iterator(const net::Request& request, net::Reply reply);
    template <ApiResult<std::string> (*describe)(const CallMembers&, const StreamFacts&)>
    void say(const net::Request& request, net::Reply reply);

    /// Refuses a call before it is looked at.
    void refuse(const ApiError& error, const net::Reply& reply) const
    {
        counters_.tell(error.type, error.message);
        reply(api_refusal(error));
    }

    const StreamApiOptions options_;
    const DoorCounters& counters_;
    CallReader calls_;

public:
    Puts puts;
    bool closed{false};

private:
    Reads reads_;
};

template <ApiResult<std::string> (*describe)(const CallMembers&, const StreamFacts&)>
void StreamApi::Impl::say(const net::Request& request, net::Reply reply)
{
    const auto call = calls_.read(request.body);
    if (!call) {
        return reply(api_refusal(call.error()));
    }
    const auto region = region_of(request);
    auto made = describe(
        *call, {options_.stream_name, options_.shards, options_.retention, options_.created_ms, region, now_ms()});
    reply(made ? api_answer(std::move(*made)) : api_refusal(made.error()));
}

void StreamApi::Impl::get_shard_iterator(const net::Request& request, net::Reply reply)
{
    const auto call = calls_.read(request.body);
    if (!call) {
        return reply(api_refusal(call.error()));
    }
    auto made = reads_.shard_iterator(*call, now_ms());
    reply(made ? api_answer(std::move(*made)) : api_refusal(made.error()));
}

void StreamApi::Impl::get_records(const net::Request& request, net::Reply reply)
{
    const auto call = calls_.read(request.body);
    if (!call) {
        return reply(api_refusal(call.error()));
    }
    reads_.records(*call, now_ms(), std::move(reply));
}

StreamApi::Impl::Operation StreamApi::Impl::find(std::string_view target)
{
    static constexpr std::array kOperations{
        Named{"PutRecord", &Impl::put_record},
        Named{"PutRecords", &Impl::put_records},
        Named{"GetRecords", &Impl::get_records},
        Named{"GetShardIterator", &Impl::get_shard_iterator},
        Named{"ListStreams", &Impl::say<list_streams>},
        Named{"ListShards", &Impl::say<list_shards>},
        Named{"DescribeStream", &Impl::say<describe_stream>},
        Named{"DescribeStreamSummary", &Impl::say<describe_stream_summary>},
    };
    if (!target.starts_with(kTargetPrefix)) {
        return nullptr;
    }
    target.remove_prefix(kTargetPrefix.size());
    const auto found = std::ranges::find(kOperations, target, &Named::name);
    return found == kOperations.end() ? nullptr : found->operation;
}

void StreamApi::Impl::handle(const net::Request& request, net::Reply reply)
{
    if (closed) {
        return reply(api_refusal({"ServiceUnavailable", "The service stops.", 503}));
    }
    if (const auto error = check_content_type(request.header("Content-Type"))) {
        return refuse(*error, reply);
    }
    const auto target = request.header("X-Amz-Target");
    const auto operation = find(target);
    if (operation == nullptr) {
        return refuse({"UnknownOperationException", "There is no operation '" + shown_bytes(target) + "' here."},
                      reply);
    }
    const bool open = options_.open && options_.access_keys.empty();
    if (!open && !(options_.admits && options_.admits(request))) {
        if (access::Guard::brings_token(request)) {
            return refuse({"AccessDeniedException", "This token may not use the stream."}, reply);
        }
        const auto now = std::chrono::floor<std::chrono::seconds>(options_.now());
        if (const auto error = check_signature(request, options_.access_keys, kService, now)) {
            return refuse(*error, reply);
        }
    }
    (this->*operation)(request, std::move(reply));
}

StreamApi::StreamApi(boost::asio::any_io_executor network, StreamApiOptions options, stream::Producer producer,
                     const stream::Stream& stream, stream::LogQueries& queries, DoorCounters& counters)
    : impl_(std::make_unique<Impl>(std::move(network), std::move(options), std::move(producer), stream, queries,
                                   counters))
{
}

StreamApi::~StreamApi() = default;

void StreamApi::handle(const net::Request& request, net::Reply reply)
{
    impl_->handle(request, std::move(reply));
}

void StreamApi::progress()
{
    impl_->puts.progress();
}

void StreamApi::set_limits(telemetry::RecordLimits limits)
{
    impl_->puts.set_limits(std::move(limits));
}

void StreamApi::close()
{
    impl_->closed = true;
}

bool StreamApi::settled() const
{
    return impl_->puts.settled();
}

}  // namespace alleycat::ingest
