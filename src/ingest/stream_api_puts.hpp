#pragma once

#include "api_put_request.hpp"

#include <alleycat/ingest/stream_api.hpp>

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <vector>

namespace alleycat::ingest {

/// The calls that bring records: appends what they bring, and answers each when that is durable.
///
/// Thread: the network thread.
class Puts {
public:
    Puts(boost::asio::any_io_executor network, const StreamApiOptions& options, stream::Producer producer,
         DoorCounters& counters);

    void put_record(std::string_view body, net::Reply reply);
    void put_records(std::string_view body, net::Reply reply);

    /// Answers what is durable.
    void progress();

    void set_limits(telemetry::RecordLimits limits) { reader_ = telemetry::RecordReader(std::move(limits)); }
    [[nodiscard]] bool settled() const { return unflushed_.empty() && flushed_.empty(); }

private:
    using Outcome = stream::Appended::Outcome;

    /// A call that waits for its answer.
    struct Waiting {
        bool one{false};  // PutRecord
        std::vector<stream::Appended> records;
        net::Reply reply;
        stream::Ticket ticket{0};
        std::chrono::steady_clock::time_point deadline{};
    };

    void put(bool one, const ApiResult<PutRequestReader::Entries>& entries, net::Reply reply);
    [[nodiscard]] stream::Appended append(const PutEntry& entry);
    void flush();
    void expire();
    void watch();
    [[nodiscard]] net::Response answer(const Waiting& call) const;
    [[nodiscard]] net::Response answer_one(const stream::Appended& record) const;
    [[nodiscard]] ApiError refusal(const stream::Appended& record) const;

    const boost::asio::any_io_executor network_;
    const StreamApiOptions& options_;
    stream::Producer producer_;
    DoorCounters& counters_;
    PutRequestReader requests_;
    telemetry::RecordReader reader_;
    boost::asio::steady_timer timer_;
    bool watching_{false};            // the timer runs, up to a deadline not behind the first one's
    std::vector<Waiting> unflushed_;  // flush() is posted while there is one
    std::deque<Waiting> flushed_;     // by ticket, and so by deadline
};

}  // namespace alleycat::ingest
