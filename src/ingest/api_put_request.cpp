#include "api_put_request.hpp"

#include "api_checks.hpp"
#include "api_json.hpp"
#include "api_members.hpp"

#include <alleycat/telemetry/record_reader.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace alleycat::ingest {

namespace {

constexpr std::size_t kMaxRecords = 500;
constexpr std::size_t kMaxCallBytes = std::size_t{10} << 20;     // of data and partition keys
constexpr std::size_t kMaxKeptDataBytes = std::size_t{4} << 20;  // of room from one call to the next

/// `digits`: 1 … 39 of them; none where they say more than 2^128-1.
std::optional<stream::HashKey> parse_hash_key(std::string_view digits)
{
    constexpr std::size_t kSafeDigits = 38;
    stream::HashKey key = 0;
    for (const char letter : digits.substr(0, kSafeDigits)) {
        key = key * 10 + static_cast<unsigned>(letter - '0');
    }
    for (const char letter : digits.substr(std::min(kSafeDigits, digits.size()))) {
        const auto digit = static_cast<unsigned>(letter - '0');
        if (key > (stream::kMaxHashKey - digit) / 10) {
            return std::nullopt;
        }
        key = key * 10 + digit;
    }
    return key;
}

}  // namespace

class PutRequestReader::Impl {
public:
    [[nodiscard]] ApiResult<Entries> read_record(std::string_view body, const PutRules& rules);
    [[nodiscard]] ApiResult<Entries> read_records(std::string_view body, const PutRules& rules);

private:
    /// A record as it was sent.
    struct Sent {
        Checks::Text partition_key;
        Checks::Text hash_key;
        bool has_data{false};
        std::size_t data_at{0};  // in decoded_
        std::size_t data_bytes{0};
    };

    void begin(std::size_t body_bytes);
    [[nodiscard]] Complaint read_sent(std::string_view name, JsonValue value, Sent& sent);
    [[nodiscard]] Complaint read_list(JsonValue value, bool& present);
    [[nodiscard]] Complaint read_address(std::string_view name, JsonValue value);
    static void check_sent(Checks& checks, const Sent& sent, const PutRules& rules);
    [[nodiscard]] Complaint check_sizes() const;
    [[nodiscard]] ApiResult<Entries> finish(const Checks& checks, const PutRules& rules);

    JsonReader json_;
    std::string decoded_;   // the data of all records, one behind the other
    std::size_t count_{0};  // records sent; those beyond kMaxRecords are only counted
    std::vector<Sent> sent_;
    std::vector<PutEntry> entries_;
    Checks::Text stream_name_;
    Checks::Text stream_arn_;
};

void PutRequestReader::Impl::begin(std::size_t body_bytes)
{
    if (decoded_.capacity() > kMaxKeptDataBytes) {
        decoded_ = std::string();
    }
    decoded_.clear();
    decoded_.reserve(body_bytes / 4 * 3 + telemetry::RecordReader::kPadding);
    sent_.clear();
    entries_.clear();
    count_ = 0;
    stream_name_.reset();
    stream_arn_.reset();
}

Complaint PutRequestReader::Impl::read_address(std::string_view name, JsonValue value)
{
    if (name == "StreamName") {
        return read_text(value, stream_name_);
    }
    if (name == "StreamARN") {
        return read_text(value, stream_arn_);
    }
    return std::nullopt;
}

Complaint PutRequestReader::Impl::read_sent(std::string_view name, JsonValue value, Sent& sent)
{
    if (name == "Data") {
        sent.data_at = decoded_.size();
        auto complaint = read_blob(value, decoded_, sent.has_data);
        sent.data_bytes = decoded_.size() - sent.data_at;
        return complaint;
    }
    if (name == "PartitionKey") {
        return read_text(value, sent.partition_key);
    }
    if (name == "ExplicitHashKey") {
        return read_text(value, sent.hash_key);
    }
    return std::nullopt;
}

Complaint PutRequestReader::Impl::read_list(JsonValue value, bool& present)
{
    std::optional<simdjson::ondemand::array> list;
    if (auto complaint = open_list(value, list); complaint || !list) {
        return complaint;
    }
    present = true;
    for (auto element : *list) {
        JsonValue record;
        std::optional<simdjson::ondemand::object> object;
        if (std::move(element).get(record) != simdjson::SUCCESS) {
            return not_json();
        }
        if (auto complaint = open_object(record, object)) {
            return complaint;
        }
        Sent sent;
        const auto read = [&](std::string_view name, JsonValue member) { return read_sent(name, member, sent); };
        if (auto complaint = object ? read_members(*object, read) : std::nullopt) {
            return complaint;
        }
        ++count_;
        if (sent_.size() < kMaxRecords) {
            sent_.push_back(sent);
        } else if (sent.has_data) {
            decoded_.resize(sent.data_at);
        }
    }
    return std::nullopt;
}

void PutRequestReader::Impl::check_sent(Checks& checks, const Sent& sent, const PutRules& rules)
{
    checks.required("partitionKey", sent.partition_key.has_value());
    checks.partition_key("partitionKey", sent.partition_key);
    checks.hash_key("explicitHashKey", sent.hash_key);
    checks.required("data", sent.has_data);
    const auto key_bytes = std::min(rules.record_bytes, sent.partition_key.value_or("").size());
    const auto most = sent.data_bytes > rules.record_bytes ? rules.record_bytes : rules.record_bytes - key_bytes;
    if (sent.data_bytes > most) {
        checks.fail("data", "", fmt::format("have length less than or equal to {}", most));
    }
}

/// The size of the whole call, and what the form of a hash key does not say.
Complaint PutRequestReader::Impl::check_sizes() const
{
    std::size_t bytes = 0;
    for (const auto& sent : sent_) {
        bytes += sent.data_bytes + sent.partition_key->size();
        if (sent.hash_key && !parse_hash_key(*sent.hash_key)) {
            return invalid_argument(
                "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was " +
                std::string(*sent.hash_key));
        }
    }
    return bytes > kMaxCallBytes ? Complaint(invalid_argument("Records size exceeds 10 MB limit")) : std::nullopt;
}

ApiResult<PutRequestReader::Entries> PutRequestReader::Impl::finish(const Checks& checks, const PutRules& rules)
{
    if (auto error = checks.error()) {
        return std::move(*error);
    }
    if (auto error = check_sizes()) {
        return std::move(*error);
    }
    if (auto error = check_stream(stream_name_, stream_arn_, rules.stream)) {
        return std::move(*error);
    }
    decoded_.append(telemetry::RecordReader::kPadding, '\0');
    for (const auto& sent : sent_) {
        entries_.push_back({*sent.partition_key, sent.hash_key ? parse_hash_key(*sent.hash_key) : std::nullopt,
                            std::string_view(decoded_).substr(sent.data_at, sent.data_bytes)});
    }
    return Entries(entries_);
}

ApiResult<PutRequestReader::Entries> PutRequestReader::Impl::read_record(std::string_view body, const PutRules& rules)
{
    begin(body.size());
    Sent sent;
    Checks::Text ordering;
    auto complaint = json_.read(body, [&](std::string_view name, JsonValue value) -> Complaint {
        if (name == "SequenceNumberForOrdering") {
            return read_text(value, ordering);
        }
        if (auto wrong = read_address(name, value)) {
            return wrong;
        }
        return read_sent(name, value, sent);
    });
    if (complaint) {
        return std::move(*complaint);
    }
    sent_.push_back(sent);
    Checks checks;
    checks.sequence_number("sequenceNumberForOrdering", ordering);
    check_sent(checks, sent, rules);
    check_stream_address(checks, stream_name_, stream_arn_);
    return finish(checks, rules);
}

ApiResult<PutRequestReader::Entries> PutRequestReader::Impl::read_records(std::string_view body, const PutRules& rules)
{
    begin(body.size());
    bool has_records = false;
    auto complaint = json_.read(body, [&](std::string_view name, JsonValue value) -> Complaint {
        if (name == "Records") {
            return has_records ? Complaint(not_json()) : read_list(value, has_records);
        }
        return read_address(name, value);
    });
    if (complaint) {
        return std::move(*complaint);
    }
    Checks checks;
    checks.required("records", has_records);
    if (has_records && count_ == 0) {
        checks.fail("records", "'[]'", "have length greater than or equal to 1");
    }
    if (count_ > kMaxRecords) {
        checks.fail("records", "", fmt::format("have length less than or equal to {}", kMaxRecords));
    }
    for (std::size_t record = 0; record < sent_.size(); ++record) {
        checks.in_record(record + 1);
        check_sent(checks, sent_[record], rules);
    }
    checks.in_record(0);
    check_stream_address(checks, stream_name_, stream_arn_);
    return finish(checks, rules);
}

PutRequestReader::PutRequestReader() : impl_(std::make_unique<Impl>()) {}

PutRequestReader::~PutRequestReader() = default;

ApiResult<PutRequestReader::Entries> PutRequestReader::read_record(std::string_view body, const PutRules& rules)
{
    return impl_->read_record(body, rules);
}

ApiResult<PutRequestReader::Entries> PutRequestReader::read_records(std::string_view body, const PutRules& rules)
{
    return impl_->read_records(body, rules);
}

}  // namespace alleycat::ingest
