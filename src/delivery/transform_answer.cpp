#include "transform_answer.hpp"

#include <alleycat/core/base64.hpp>

#include <algorithm>
#include <charconv>

namespace alleycat::delivery {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kKeptAnswerBytes = std::size_t{16} << 20;  // of buffers that an unusual answer has made large

std::optional<std::string_view> string_of(const dom::object& entry, std::string_view key)
{
    std::string_view text;
    return entry[key].get_string().get(text) == simdjson::SUCCESS ? std::optional(text) : std::nullopt;
}

void fail(AnsweredRecord& record, std::string_view code, std::string message)
{
    record.result = AnsweredRecord::Result::Failed;
    record.code = code;
    record.message = std::move(message);
}

}  // namespace

std::string_view TransformAnswer::read(const std::string& body, std::span<const Window::Record> asked)
{
    if (parser_.capacity() > kKeptAnswerBytes) {
        parser_ = dom::parser();
    }
    records_.assign(asked.size(), {});
    data_.clear();
    strangers_ = 0;
    dom::element answer;
    if (const auto error = parser_.parse(body).get(answer)) {
        return simdjson::error_message(error);
    }
    dom::array entries;
    if (answer["records"].get_array().get(entries) != simdjson::SUCCESS) {
        return "it is no object with an array of records";
    }
    for (const dom::element entry : entries) {
        Object object;
        auto* record = entry.get_object().get(object) == simdjson::SUCCESS ? find(object, asked) : nullptr;
        if (record == nullptr || record->result != AnsweredRecord::Result::Missing) {
            ++strangers_;
        } else {
            read_entry(object, *record);
        }
    }
    data_.append(telemetry::RecordReader::kPadding, '\0');
    return {};
}

AnsweredRecord* TransformAnswer::find(const Object& entry, std::span<const Window::Record> asked)
{
    const auto id = string_of(entry, "recordId").value_or("");
    if (id.starts_with('0')) {  // no number is written so
        return nullptr;
    }
    std::uint64_t sequence = 0;
    const auto read = std::from_chars(id.data(), id.data() + id.size(), sequence);
    const auto found = std::ranges::lower_bound(asked, sequence, {}, &Window::Record::sequence);
    const bool known = read.ec == std::errc() && read.ptr == id.data() + id.size() && found != asked.end() &&
                       found->sequence == sequence;
    return known ? &records_[static_cast<std::size_t>(found - asked.begin())] : nullptr;
}

void TransformAnswer::read_entry(const Object& entry, AnsweredRecord& record)
{
    const auto result = string_of(entry, "result").value_or("");
    if (result == "Ok") {
        read_data(entry, record);
    } else if (result == "Dropped") {
        record.result = AnsweredRecord::Result::Dropped;
    } else if (result == "ProcessingFailed") {
        fail(record, "Transform.ProcessingFailed", "the transform could not process the record");
    } else {
        fail(record, "Transform.InvalidResult", "result must be Ok, Dropped or ProcessingFailed");
    }
}

void TransformAnswer::read_data(const Object& entry, AnsweredRecord& record)
{
    const auto text = string_of(entry, "data");
    if (!text) {
        fail(record, "Transform.InvalidData", "data must be a string");
        return;
    }
    const auto begin = data_.size();
    const auto too_large = [&] {
        fail(record, "Transform.TooLarge",
             "data must stand for at most " + std::to_string(kMaxTransformedBytes) + " bytes");
    };
    if (text->size() / 4 * 3 > kMaxTransformedBytes + 2) {
        too_large();  // in any case, and not worth decoding
    } else if (!append_decoded_base64(data_, *text)) {
        fail(record, "Transform.InvalidData", "data must be base64");
    } else if (data_.size() - begin > kMaxTransformedBytes) {
        data_.resize(begin);
        too_large();
    } else {
        record.result = AnsweredRecord::Result::Ok;
        record.data_at = begin;
        record.data_bytes = data_.size() - begin;
    }
}

}  // namespace alleycat::delivery
