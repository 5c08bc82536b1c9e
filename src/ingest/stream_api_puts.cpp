#include "stream_api_puts.hpp"

#include "api_members.hpp"

#include <alleycat/core/json_text.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>

namespace alleycat::ingest {

namespace {

void append_place(std::string& json, const stream::Appended& record)
{
    append_number(json.append(R"("SequenceNumber":")"), record.sequence);
    json.append(R"(","ShardId":")").append(shard_name(record.shard)).append("\"");
}

}  // namespace

Puts::Puts(boost::asio::any_io_executor network, const StreamApiOptions& options, stream::Producer producer,
           DoorCounters& counters)
    : network_(network),
      options_(options),
      producer_(std::move(producer)),
      counters_(counters),
      reader_(options.record_limits),
      timer_(network)
{
}

void Puts::put_record(std::string_view body, net::Reply reply)
{
    put(true, requests_.read_record(body, {options_.stream_name, options_.record_bytes}), std::move(reply));
}

void Puts::put_records(std::string_view body, net::Reply reply)
{
    put(false, requests_.read_records(body, {options_.stream_name, options_.record_bytes}), std::move(reply));
}

void Puts::put(bool one, const ApiResult<PutRequestReader::Entries>& entries, net::Reply reply)
{
    if (!entries) {
        counters_.tell(entries.error().type, entries.error().message);
        reply(api_refusal(entries.error()));
        return;
    }
    Waiting call{one, {}, std::move(reply)};
    call.records.reserve(entries->size());
    for (const auto& entry : *entries) {
        call.records.push_back(append(entry));
    }
    if (std::ranges::none_of(call.records, [](const auto& record) { return static_cast<bool>(record); })) {
        call.reply(answer(call));
        return;
    }
    unflushed_.push_back(std::move(call));
    if (unflushed_.size() == 1) {  // behind the connections that are ready now
        boost::asio::post(network_, [this] { flush(); });
    }
}

/// What is no valid record is appended all the same: a stream does not look into its data.
stream::Appended Puts::append(const PutEntry& entry)
{
    stream::NewRecord record;
    record.partition_key = entry.partition_key;
    record.hash_key = entry.hash_key;
    record.data = entry.data;
    if (reader_.read_one(entry.data) == telemetry::RecordReader::Item::Record) {
        record.record = &reader_.record();
        if (options_.judge != nullptr) {  // an SDK's connections are a pool, and say nothing about who sends
            record.verdict = options_.judge->judge(*record.record, producer_.arrival_ms(), 0);
        }
    } else {
        record.refusal = &reader_.rejection();
    }
    const auto appended = producer_.try_append(record);
    if (appended) {
        counters_.accepted.fetch_add(1, std::memory_order_relaxed);
        counters_.accepted_bytes.fetch_add(entry.data.size(), std::memory_order_relaxed);
    } else if (appended.outcome == Outcome::Full) {
        counters_.stalls.fetch_add(1, std::memory_order_relaxed);
    } else {
        counters_.reject(Errc::RateLimited, refusal(appended).message);
    }
    return appended;
}

void Puts::flush()
{
    const auto ticket = producer_.flush();
    const auto deadline = std::chrono::steady_clock::now() + options_.answer_timeout;
    for (auto& call : unflushed_) {
        call.ticket = ticket;
        call.deadline = deadline;
        flushed_.push_back(std::move(call));
    }
    unflushed_.clear();
    progress();
    watch();
}

void Puts::progress()
{
    const auto durable = producer_.durable();
    while (!flushed_.empty() && flushed_.front().ticket <= durable) {
        const auto call = std::move(flushed_.front());
        flushed_.pop_front();
        call.reply(answer(call));
    }
}

void Puts::watch()
{
    if (watching_ || flushed_.empty()) {
        return;
    }
    watching_ = true;
    timer_.expires_at(flushed_.front().deadline);
    timer_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled) {
            watching_ = false;
            expire();
            watch();
        }
    });
}

void Puts::expire()
{
    const auto now = std::chrono::steady_clock::now();
    while (!flushed_.empty() && flushed_.front().deadline <= now) {
        const auto call = std::move(flushed_.front());
        flushed_.pop_front();
        call.reply(api_refusal(internal_failure("The records are not durable yet; they may become so later.")));
    }
}

ApiError Puts::refusal(const stream::Appended& record) const
{
    return rate_exceeded(shard_name(record.shard), options_.stream_name);
}

net::Response Puts::answer_one(const stream::Appended& record) const
{
    if (!record) {
        return api_refusal(refusal(record));
    }
    std::string json = "{";
    append_place(json, record);
    return api_answer(json.append(R"(,"EncryptionType":"NONE"})"));
}

net::Response Puts::answer(const Waiting& call) const
{
    if (call.one) {
        return answer_one(call.records.front());
    }
    std::uint64_t failed = 0;
    std::string records;
    for (const auto& record : call.records) {
        records.append(records.empty() ? "{" : ",{");
        if (record) {
            append_place(records, record);
        } else {
            const auto error = refusal(record);
            append_string(records.append(R"("ErrorCode":)"), error.type);
            append_string(records.append(R"(,"ErrorMessage":)"), error.message);
            ++failed;
        }
        records.append("}");
    }
    std::string json = R"({"FailedRecordCount":)";
    append_number(json, failed);
    json.append(R"(,"Records":[)").append(records);
    return api_answer(json.append(R"(],"EncryptionType":"NONE"})"));
}

}  // namespace alleycat::ingest
