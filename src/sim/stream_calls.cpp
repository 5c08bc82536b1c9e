#include "stream_calls.hpp"

#include <alleycat/core/base64.hpp>
#include <alleycat/core/json_text.hpp>

namespace alleycat::sim {

namespace {

constexpr std::size_t kCompactCallsBytes = 64 * 1024;  // below this, moving bytes to the front is not worth it
constexpr std::string_view kTail = "]}";

std::string head(std::string_view stream)
{
    std::string text = R"({"StreamName":)";
    append_string(text, stream);
    return text.append(R"(,"Records":[)");
}

}  // namespace

StreamCalls::StreamCalls(std::string_view stream, std::uint32_t most_records, std::uint64_t seed,
                         std::size_t most_body_bytes)
    : head_(head(stream)),
      most_records_(most_records),
      most_body_bytes_(most_body_bytes),
      backoff_(kFirstPause, kLongestPause, seed)
{
}

void StreamCalls::reserve(std::size_t bytes, std::size_t records)
{
    bytes_.reserve(bytes);
    ends_.reserve(records);
}

void StreamCalls::append(std::string_view record, RacerId racer)
{
    bytes_.append(R"({"Data":")");
    append_base64(bytes_, record);
    bytes_.append(R"(","PartitionKey":")");
    append_number(bytes_, raw(racer));
    bytes_.append(R"("})");
    ends_.push_back(bytes_.size());
}

std::string_view StreamCalls::entry(std::size_t index) const
{
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(bytes_).substr(begin, ends_[index] - begin);
}

std::uint64_t StreamCalls::begin_call(std::string& body, Instant now)
{
    const std::size_t known = call_.size();
    if (call_.empty()) {
        fill_call();
    }
    under_way_ = true;
    begun_ = now;
    body = head_;
    for (const std::size_t index : call_) {
        body.append(entry(index)).append(1, ',');
    }
    body.pop_back();
    body.append(kTail);
    return call_.size() - known;
}

void StreamCalls::fill_call()
{
    compact();
    std::size_t size = head_.size() + kTail.size() - 1;  // between n entries there are n - 1 commas
    while (next_ < ends_.size() && call_.size() < most_records_) {
        size += entry(next_).size() + 1;
        if (size > most_body_bytes_ && !call_.empty()) {
            return;
        }
        call_.push_back(next_++);
    }
}

std::optional<StreamCalls::Outcome> StreamCalls::on_answer(const PutAnswer& answer, Instant now,
                                                           LatencyHistogram& latency)
{
    const std::uint64_t records = call_.size();
    if (!under_way_ || answer.kind == PutAnswer::Kind::Malformed ||
        (answer.kind == PutAnswer::Kind::Records && answer.failed.size() != records)) {
        return std::nullopt;
    }
    under_way_ = false;
    Outcome outcome;
    if (answer.kind == PutAnswer::Kind::Refused) {
        outcome.rejected = records;
        call_.clear();
    } else {
        if (answer.kind == PutAnswer::Kind::Records) {
            keep_failed(answer.failed);
        }
        outcome.failed = call_.size();
        outcome.accepted = records - outcome.failed;
    }
    latency.add(now - begun_, outcome.accepted + outcome.rejected);
    if (call_.empty()) {
        finish_call();
    } else {
        outcome.pause = backoff_.next();
    }
    return outcome;
}

void StreamCalls::keep_failed(const std::vector<bool>& failed)
{
    std::size_t kept = 0;
    for (std::size_t at = 0; at < call_.size(); ++at) {
        if (failed[at]) {
            call_[kept++] = call_[at];
        }
    }
    call_.resize(kept);
}

/// No record of the call is left, and none older.
void StreamCalls::finish_call()
{
    backoff_.reset();
    finished_bytes_ = ends_[next_ - 1];
    if (next_ == ends_.size()) {
        bytes_.clear();
        ends_.clear();
        next_ = finished_bytes_ = 0;
    }
}

void StreamCalls::discard_unsent()
{
    ends_.resize(next_);
    bytes_.resize(next_ == 0 ? 0 : ends_.back());
}

/// Only while there is no call, whose indexes would shift.
void StreamCalls::compact()
{
    if (finished_bytes_ < kCompactCallsBytes || finished_bytes_ < bytes_.size() / 2) {
        return;
    }
    bytes_.erase(0, finished_bytes_);
    ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(next_));
    for (std::size_t& end : ends_) {
        end -= finished_bytes_;
    }
    next_ = finished_bytes_ = 0;
}

}  // namespace alleycat::sim
