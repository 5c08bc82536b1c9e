#include "window_files.hpp"

#include "folders.hpp"

#include <alleycat/core/base64.hpp>
#include <alleycat/core/json_text.hpp>
#include <alleycat/delivery/file_span.hpp>
#include <alleycat/delivery/named_racers.hpp>

#include <algorithm>

namespace alleycat::delivery {

namespace {

constexpr std::size_t kKeptFailedBytes = std::size_t{4} << 20;  // of the failed records' text: room for the next window

SystemTime system_time(std::int64_t since_epoch_ms)
{
    return SystemTime(std::chrono::milliseconds(since_epoch_ms));
}

void append_failed(std::string& out, std::string_view data, std::int64_t arrival_ms, const Failure& failure,
                   std::string_view transform)
{
    append_number(out.append("{\"attemptsMade\":"), std::uint64_t{failure.attempts});
    append_number(out.append(",\"arrivalTimestamp\":"), arrival_ms);
    append_string(out.append(",\"errorCode\":"), failure.code);
    append_string(out.append(",\"errorMessage\":"), failure.message);
    append_number(out.append(",\"attemptEndingTimestamp\":"), failure.ended_ms);
    append_base64(out.append(",\"rawData\":\""), data);
    append_string(out.append("\",\"transform\":"), transform);
    out.append("}\n");
}

}  // namespace

WindowFiles::WindowFiles(const DeliveryPool::Options& options, PoolCounters& counters)
    : options_(options), counters_(counters), objects_(options.directory), failures_(options.directory / kFailedFolder)
{
}

void WindowFiles::start(const Window& window, std::string_view transform)
{
    window_ = &window;
    transform_ = transform;
    delivered_ = Delivered{window.shard, window.last_sequence(), {}, 0, 0, window.held.size()};
    delivered_.samples.reserve(window.records.size());
    object_.start();
    object_records_ = 0;
    object_stored_ = failures_stored_ = held_kept_ = false;
    failed_lines_.clear();
    if (failed_lines_.capacity() > kKeptFailedBytes) {
        failed_lines_.shrink_to_fit();
    }
    failed_by_code_.fill(0);
}

bool WindowFiles::erased(const Window::Record& record) const
{
    if (options_.erased == nullptr || !options_.erased->may_be_erased(record.arrival_ms)) {
        return false;
    }
    const auto is_erased = [&](RacerId racer) { return options_.erased->erased(racer, record.arrival_ms); };
    return record.valid() ? is_erased(record.sample.racer_id) : names_racer(window_->data(record), is_erased);
}

bool WindowFiles::delivered_before(const Window::Record& record) const
{
    const auto shard = raw(window_->shard);
    return record.replayed && shard < options_.delivered.size() && record.sequence <= options_.delivered[shard];
}

void WindowFiles::ok(const Window::Record& record, std::string_view line, const telemetry::Sample& sample)
{
    const bool made_of_erased =
        options_.erased != nullptr && options_.erased->erased(sample.racer_id, record.arrival_ms);
    if (made_of_erased || erased(record)) {
        dropped(record);
        return;
    }
    delivered_.samples.push_back(sample);
    if (!options_.objects || delivered_before(record)) {
        return;
    }
    object_arrival_ms_ = object_records_ == 0 ? record.arrival_ms : object_arrival_ms_;
    ++object_records_;
    object_.append(line);
    object_.append("\n");
}

void WindowFiles::dropped(const Window::Record&)
{
    ++delivered_.dropped;
}

void WindowFiles::failed(const Window::Record& record, const Failure& failure)
{
    if (erased(record)) {
        dropped(record);
        return;
    }
    ++delivered_.failed;
    const auto code = std::ranges::find(kFailureCodes, failure.code);
    if (code != kFailureCodes.end()) {
        ++failed_by_code_[static_cast<std::size_t>(code - kFailureCodes.begin())];
    }
    if (delivered_before(record) && !failure.never_answered) {
        return;
    }
    failed_arrival_ms_ = failed_lines_.empty() ? record.arrival_ms : failed_arrival_ms_;
    append_failed(failed_lines_, window_->data(record), record.arrival_ms, failure, transform_);
}

Result<void> WindowFiles::store()
{
    if (const auto kept = keep_held(); !kept) {
        return kept;
    }
    if (!failed_lines_.empty() && !failures_stored_) {
        if (const auto stored = store_failures(); !stored) {
            return stored;
        }
    }
    return object_records_ == 0 || object_stored_ ? Result<void>() : store_object();
}

/// First, since a window whose files are there counts as done with.
Result<void> WindowFiles::keep_held()
{
    if (!held_kept_ && options_.keep && !window_->held.empty()) {
        if (const auto kept = options_.keep(*window_); !kept) {
            return kept;
        }
    }
    held_kept_ = true;
    return {};
}

Result<void> WindowFiles::store_failures()
{
    const std::string_view text = failed_lines_;
    const auto stored =
        failures_.store(system_time(failed_arrival_ms_), name(kFailedEnding, object_records_ == 0), {&text, 1});
    failures_stored_ = stored.has_value();
    return stored ? Result<void>() : stored.error();
}

Result<void> WindowFiles::store_object()
{
    const auto gzip = object_.finish();
    const auto stored = objects_.store(system_time(object_arrival_ms_), name(kObjectEnding, true), {&gzip, 1});
    if (!stored) {
        return stored.error();
    }
    object_stored_ = true;
    ++counters_.objects;
    counters_.object_bytes += gzip.size();
    counters_.object_records += object_records_;
    return {};
}

HourlyFolder::Name WindowFiles::name(std::string_view ending, bool completes_window) const
{
    const auto& records = window_->records;
    return {options_.stem,
            file_id({window_->shard, records.front().sequence, records.back().sequence, completes_window}),
            std::string(ending)};
}

Delivered WindowFiles::take()
{
    count();
    return std::move(delivered_);
}

void WindowFiles::count()
{
    ++counters_.windows;
    counters_.dropped += delivered_.dropped;
    for (std::size_t code = 0; code < failed_by_code_.size(); ++code) {
        counters_.failed[code] += failed_by_code_[code];
    }
}

}  // namespace alleycat::delivery
