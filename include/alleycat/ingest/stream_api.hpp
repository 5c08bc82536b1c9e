#pragma once

#include <alleycat/core/counters.hpp>
#include <alleycat/net/http_server.hpp>
#include <alleycat/plausibility/judge.hpp>
#include <alleycat/stream/log_queries.hpp>
#include <alleycat/stream/stream.hpp>
#include <alleycat/telemetry/record_reader.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace alleycat::ingest {

/// Who may use the stream API, by a signature made with the secret.
struct AccessKey {
    std::string id;
    std::string secret;
};

struct StreamApiOptions {
    std::string stream_name{"alleycat"};
    std::uint32_t shards{4};  ///< that take records; what retired ones hold is not read here
    bool log{true};           ///< false: there is nothing to read
    std::chrono::seconds retention{24 * 3600};
    std::int64_t created_ms{0};          ///< when the stream was made, ms since the epoch
    std::vector<AccessKey> access_keys;  ///< whose signatures are good
    bool open{true};                     ///< without access keys any signature will do, and none as well
    /// Whether a request needs no signature, since it proves in another way that it may put and read everything.
    std::function<bool(const net::Request&)> admits{};
    std::size_t record_bytes{std::size_t{1} << 20};  ///< data and partition key; at most stream::kMaxRecordBytes
    telemetry::RecordLimits record_limits;
    plausibility::Judge* judge{nullptr};  ///< of what is a valid record; outlives the API; null: nobody judges
    /// A put whose records are not durable by then is answered with InternalFailure; they may become so later.
    std::chrono::milliseconds answer_timeout{30'000};
    std::function<std::chrono::sys_time<std::chrono::milliseconds>()> now = [] {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    };
};

/// The stream as the public API of Kinesis Data Streams (2013-12-02, JSON 1.1) shows one: PutRecord, PutRecords,
/// GetShardIterator, GetRecords, ListStreams, ListShards, DescribeStream, DescribeStreamSummary.
///
/// Thread: the network thread; only the producer's on_progress crosses over, and it must post to progress(). What is
///         read is put together on the thread of the LogQueries. Both are to end before this object.
/// Puts:   a call is checked as a whole, then appended; all calls of one round of the network thread are flushed
///         together, and answered when what was taken of them is durable. A record that is no valid one is taken too.
/// Full:   a record that finds no room, or exceeds its shard's rate, gets ProvisionedThroughputExceededException.
/// Memory: 16 bytes a record that waits to become durable; answers that readers have not fetched yet, 256 MiB.
class StreamApi {
public:
    /// What the largest call fits in: 10 MiB in base64, 500 keys with every character escaped.
    static constexpr std::size_t kMaxBodyBytes = std::size_t{16} << 20;

    StreamApi(boost::asio::any_io_executor network, StreamApiOptions options, stream::Producer producer,
              const stream::Stream& stream, stream::LogQueries& queries, DoorCounters& counters);
    ~StreamApi();

    /// Handles a POST to "/".
    void handle(const net::Request& request, net::Reply reply);

    /// Records became durable: answers what it can.
    void progress();

    /// From the next call on.
    void set_limits(telemetry::RecordLimits limits);

    /// Takes nothing further: answers 503.
    void close();
    /// No put waits for its answer.
    [[nodiscard]] bool settled() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace alleycat::ingest
