#include "erasure.hpp"

#include "stored_files.hpp"

#include <alleycat/core/base64.hpp>

#include <fmt/format.h>

#include <charconv>

namespace alleycat::archive {

namespace {

/// Calls `visit` with where the line, which is one of `lines`, begins and ends with its line feed.
void visit_line(std::string_view lines, std::string_view line,
                const std::function<void(std::size_t, std::size_t)>& visit)
{
    const auto begin = static_cast<std::size_t>(line.data() - lines.data());
    const auto end = begin + line.size();
    visit(begin, end == lines.size() ? end : end + 1);
}

/// What stands behind `"<member>":` in a line of JSON that this program wrote. Inside its texts quotes are escaped, so
/// that they cannot hold the same.
std::string_view behind_member(std::string_view line, std::string_view member)
{
    const auto key = fmt::format("\"{}\":", member);
    const auto at = line.find(key);
    return at == std::string_view::npos ? std::string_view() : line.substr(at + key.size());
}

std::string_view text_of(std::string_view line, std::string_view member)
{
    const auto value = behind_member(line, member);
    return value.starts_with('"') ? value.substr(1, value.find('"', 1) - 1) : std::string_view();
}

/// Whether the line says that it arrived behind that time.
bool arrived_behind(std::string_view line, std::int64_t ms)
{
    const auto value = behind_member(line, "arrivalTimestamp");
    std::int64_t arrival = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), arrival);
    return read.ec == std::errc() && arrival > ms;
}

}  // namespace

ErasedObjectLines::ErasedObjectLines(const FileEraser::Request& request, const telemetry::RecordLimits& limits)
    : ErasedLines(request), reader_(limits)
{
}

bool ErasedObjectLines::concerns(const StoredFile& file) const
{
    const auto& through = request_.through;
    const bool later_number =
        file.span && raw(file.span->shard) < through.size() && file.span->first > through[raw(file.span->shard)];
    const bool later_time = file.at_ms && *file.at_ms > request_.asked_ms;
    return !later_number && !later_time;
}

/// A line that names the racer and is no record any more, by the limits of today, is taken for theirs.
void ErasedObjectLines::find(std::string_view lines, const std::function<void(std::size_t, std::size_t)>& visit)
{
    search_.for_each_line(lines, [&](std::string_view line) {
        if (reader_.read_one(line) != telemetry::RecordReader::Item::Record ||
            reader_.record().racer_id == request_.racer_id) {
            visit_line(lines, line, visit);
        }
        return true;
    });
}

ErasedFailureLines::ErasedFailureLines(const FileEraser::Request& request, std::string_view member, When when)
    : ErasedLines(request), member_(member), when_(when)
{
}

bool ErasedFailureLines::concerns(const StoredFile& file) const
{
    return when_ == When::InTheLine || !file.at_ms || *file.at_ms <= request_.asked_ms;
}

void ErasedFailureLines::find(std::string_view lines, const std::function<void(std::size_t, std::size_t)>& visit)
{
    for_each_line(lines, [&](std::string_view line) {
        if (goes(line)) {
            visit_line(lines, line, visit);
        }
        return true;
    });
}

bool ErasedFailureLines::goes(std::string_view line)
{
    if (when_ == When::InTheLine && arrived_behind(line, request_.asked_ms)) {
        return false;
    }
    payload_.clear();
    const bool decoded = append_decoded_base64(payload_, text_of(line, member_));
    return search_.names(decoded ? std::string_view(payload_) : line);
}

}  // namespace alleycat::archive
