#pragma once

#include "api_members.hpp"
#include "api_tokens.hpp"

#include <alleycat/ingest/stream_api.hpp>

#include <atomic>
#include <memory>

namespace alleycat::ingest {

/// The calls that read the stream. What they find is put together on the thread of the LogQueries; this one only asks,
/// so that reading never holds up a put.
///
/// Thread: the network thread.
class Reads {
public:
    Reads(boost::asio::any_io_executor network, const StreamApiOptions& options, const stream::Stream& stream,
          stream::LogQueries& queries);

    [[nodiscard]] ApiResult<std::string> shard_iterator(const CallMembers& call, std::int64_t now_ms) const;
    void records(const CallMembers& call, std::int64_t now_ms, net::Reply reply);

private:
    [[nodiscard]] ApiResult<ShardIterator> checked_iterator(const CallMembers& call, std::int64_t now_ms) const;
    [[nodiscard]] ApiResult<stream::LogPlace> start(const CallMembers& call, ShardId shard, std::int64_t now_ms) const;
    [[nodiscard]] ApiResult<stream::LogPlace> start_at_sequence(const CallMembers& call, ShardId shard) const;

    const boost::asio::any_io_executor network_;
    const StreamApiOptions& options_;
    const stream::Stream& stream_;
    stream::LogQueries& queries_;
    /// Bytes of answers that are not yet on their way to the client; outlives this object in answers.
    const std::shared_ptr<std::atomic<std::size_t>> unsent_;
};

}  // namespace alleycat::ingest
