#include "json_scan.hpp"
#include "object_decoder.hpp"

#include <alleycat/telemetry/record_reader.hpp>

#include <algorithm>

namespace alleycat::telemetry {

namespace ondemand = simdjson::ondemand;

// A payload is read in one of three ways:
//   - lines:    outside of an array; a record ends with its line, or, where one is printed over several, with its
//   brace;
//   - parsed:   inside the payload's first array, all of which simdjson has indexed in one pass;
//   - scanned:  inside any other array, and behind the first thing in an array that simdjson cannot read; elements are
//               cut out by their brackets, then each is parsed alone.
class RecordReader::Impl {
public:
    explicit Impl(RecordLimits limits) : decoder_(std::move(limits)) {}

    void start(std::string_view text)
    {
        text_ = text;
        at_ = begin_ = end_ = 0;
        mode_ = Mode::Lines;
        index_tried_ = spread_failed_ = false;
        scans_left_ = kMaxFailedScans;
    }

    Item next()
    {
        for (;;) {
            const auto item = mode_ == Mode::Lines    ? next_line()
                              : mode_ == Mode::Parsed ? next_parsed()
                                                      : next_scanned();
            if (item) {
                return *item;
            }
        }
    }

    Item read_one(std::string_view text)
    {
        start(text);
        const auto item = next();
        if (item == Item::End) {
            return refuse(Errc::InvalidJson, "record: must not be empty");
        }
        const auto one = record_text();
        const auto begin = offset(one.data());
        const bool alone = skip_space(text, 0) == begin && skip_space(text, begin + one.size()) == text.size();
        return item == Item::Record && !alone
                   ? refuse(Errc::InvalidJson, "record: must be one JSON object and nothing beside it")
                   : item;
    }

    [[nodiscard]] std::string rest() const
    {
        std::string text(mode_ == Mode::Lines ? "" : "[");
        return text.append(text_.substr(begin_));
    }

    Record record;
    Rejection rejection;
    [[nodiscard]] std::size_t size() const { return end_ - begin_; }
    /// An array's element is known to reach up to its comma, with the space before that.
    [[nodiscard]] std::string_view record_text() const
    {
        auto text = text_.substr(begin_, size());
        while (!text.empty() && text.back() != '}') {
            text.remove_suffix(1);
        }
        return text;
    }

private:
    enum class Mode { Lines, Parsed, Scanned };
    using Step = std::optional<Item>;  // nullopt: the mode changed, go on in the new one

    // A text whose brackets never match is scanned to its end for nothing; so few times only.
    static constexpr int kMaxFailedScans = 16;

    Step next_line();
    Step enter_array();
    Step next_parsed();
    Step next_scanned();
    Step leave_parsed();
    Item decode_alone(std::size_t begin, std::size_t end);
    Item decode_spread(std::size_t line_end);
    Item refuse(Errc code, std::string_view message);
    Item too_large();
    void set_range(std::size_t begin, std::size_t end);
    [[nodiscard]] std::size_t element_end();
    [[nodiscard]] bool is_other_value(ondemand::json_type type);
    [[nodiscard]] std::size_t offset(const char* position) const
    {
        return static_cast<std::size_t>(position - text_.data());
    }

    ObjectDecoder decoder_;
    ondemand::parser parser_;
    ondemand::document document_;
    ondemand::array_iterator element_;  // in Mode::Parsed
    ondemand::array_iterator last_;     // in Mode::Parsed

    std::string_view text_;
    std::size_t at_{0};     // where reading goes on
    std::size_t begin_{0};  // of the current record
    std::size_t end_{0};
    Mode mode_{Mode::Lines};
    bool fresh_{false};          // in Mode::Parsed: element_ has not been advanced behind the current record
    bool index_tried_{false};    // an array was indexed; a second one would make reading quadratic
    bool spread_failed_{false};  // a record over several lines was looked for in vain; likewise
    int scans_left_{0};
};

void RecordReader::Impl::set_range(std::size_t begin, std::size_t end)
{
    begin_ = begin;
    end_ = end;
    while (end_ > begin_ && skip_space(text_.substr(0, end_), end_ - 1) == end_) {
        --end_;
    }
}

RecordReader::Item RecordReader::Impl::refuse(Errc code, std::string_view message)
{
    rejection.code = code;
    rejection.message = message;
    rejection.uuid.clear();
    return Item::Rejection;
}

RecordReader::Item RecordReader::Impl::too_large()
{
    return refuse(Errc::TooLarge,
                  "record: must be at most " + std::to_string(decoder_.limits().record_bytes) + " bytes");
}

/// Decodes text_[begin, end) as one record.
RecordReader::Item RecordReader::Impl::decode_alone(std::size_t begin, std::size_t end)
{
    set_range(begin, end);
    if (size() > decoder_.limits().record_bytes) {
        return too_large();
    }
    const auto invalid = [this](simdjson::error_code error) {
        return refuse(Errc::InvalidJson, std::string("record: ") + simdjson::error_message(error));
    };
    if (const auto error =
            parser_.iterate(text_.data() + begin_, size(), size() + RecordReader::kPadding).get(document_)) {
        return invalid(error);
    }
    ondemand::json_type type;
    if (const auto error = document_.type().get(type)) {
        return invalid(error);
    }
    if (type != ondemand::json_type::object) {
        return refuse(is_other_value(type) ? Errc::InvalidType : Errc::InvalidJson, "record: must be a JSON object");
    }
    ondemand::object object;
    if (const auto error = document_.get_object().get(object)) {
        return invalid(error);
    }
    const bool good = decoder_.decode(object, record, rejection);
    if (!good && rejection.code == Errc::InvalidJson) {
        return Item::Rejection;
    }
    if (document_.current_location().error() != simdjson::OUT_OF_BOUNDS) {
        return refuse(Errc::InvalidJson, "record: must end with its closing brace");
    }
    return good ? Item::Record : Item::Rejection;
}

/// The document of type `type` is one whole value, and no object.
bool RecordReader::Impl::is_other_value(ondemand::json_type type)
{
    bool null = false;
    switch (type) {
        case ondemand::json_type::number:
            return !document_.get_number().error();
        case ondemand::json_type::string:
            return !document_.get_string().error();
        case ondemand::json_type::boolean:
            return !document_.get_bool().error();
        case ondemand::json_type::null:
            return document_.is_null().get(null) == simdjson::SUCCESS && null;
        default:
            return end_of_value(text_.substr(begin_, size()), 0) == size();
    }
}

RecordReader::Impl::Step RecordReader::Impl::next_line()
{
    at_ = skip_space(text_, at_);
    if (at_ == text_.size()) {
        begin_ = end_ = at_;
        return Item::End;
    }
    if (text_[at_] == '[') {
        return enter_array();
    }
    const auto line_end = std::min(text_.find('\n', at_), text_.size());
    auto item = decode_alone(at_, line_end);
    if (item == Item::Rejection && rejection.code == Errc::InvalidJson && text_[at_] == '{' && !spread_failed_) {
        item = decode_spread(line_end);
    }
    at_ = std::max(at_ + 1, end_);
    return item;
}

/// The line that begins at at_ is not a record: perhaps it is the first of a record printed over several lines.
RecordReader::Item RecordReader::Impl::decode_spread(std::size_t line_end)
{
    const auto of_line = rejection;
    const auto end = end_of_value(text_, at_);
    if (end != kNotFound && end > line_end) {
        const auto item = decode_alone(at_, end);
        if (item == Item::Record || rejection.code != Errc::InvalidJson) {
            return item;
        }
    }
    spread_failed_ = end == kNotFound || end > line_end;
    rejection = of_line;
    set_range(at_, line_end);
    return Item::Rejection;
}

RecordReader::Impl::Step RecordReader::Impl::enter_array()
{
    mode_ = Mode::Scanned;
    const auto array_begin = at_;
    ++at_;
    if (index_tried_) {
        return std::nullopt;
    }
    index_tried_ = true;
    const auto size = text_.size() - array_begin;
    ondemand::array array;
    if (parser_.iterate(text_.data() + array_begin, size, size + RecordReader::kPadding).get(document_) ==
            simdjson::SUCCESS &&
        document_.get_array().get(array) == simdjson::SUCCESS && array.begin().get(element_) == simdjson::SUCCESS &&
        array.end().get(last_) == simdjson::SUCCESS) {
        mode_ = Mode::Parsed;
        fresh_ = true;
    }
    return std::nullopt;
}

/// Behind the last element that simdjson read well: goes on outside of the array, or by scanning.
RecordReader::Impl::Step RecordReader::Impl::leave_parsed()
{
    mode_ = Mode::Scanned;
    return std::nullopt;
}

RecordReader::Impl::Step RecordReader::Impl::next_parsed()
{
    if (!fresh_) {
        ++element_;
    }
    fresh_ = false;
    if (!(element_ != last_)) {
        return leave_parsed();
    }
    ondemand::value value;
    ondemand::object object;
    const char* position = nullptr;
    if ((*element_).get(value) != simdjson::SUCCESS ||
        document_.current_location().get(position) != simdjson::SUCCESS ||
        value.get_object().get(object) != simdjson::SUCCESS) {
        return leave_parsed();
    }
    const auto begin = offset(position);
    const bool good = decoder_.decode(object, record, rejection);
    if ((!good && rejection.code == Errc::InvalidJson) ||
        document_.current_location().get(position) != simdjson::SUCCESS || (*position != ',' && *position != ']')) {
        return leave_parsed();  // at_ still stands before this element
    }
    at_ = end_ = offset(position);
    begin_ = begin;
    if (size() > decoder_.limits().record_bytes) {
        set_range(begin, at_);
        if (size() > decoder_.limits().record_bytes) {
            return too_large();
        }
    }
    return good ? Item::Record : Item::Rejection;
}

RecordReader::Impl::Step RecordReader::Impl::next_scanned()
{
    at_ = skip_space(text_, at_);
    while (at_ < text_.size() && text_[at_] == ',') {
        at_ = skip_space(text_, at_ + 1);
    }
    if (at_ == text_.size() || text_[at_] == ']') {
        at_ = std::min(at_ + 1, text_.size());
        mode_ = Mode::Lines;
        return std::nullopt;
    }
    const auto begin = at_;
    at_ = element_end();
    return decode_alone(begin, at_);
}

/// The end of the element that begins at at_, which is broken where its brackets or quotes do not match: then it
/// reaches to where the next object seems to begin.
std::size_t RecordReader::Impl::element_end()
{
    if (scans_left_ > 0) {
        const auto end = end_of_value(text_, at_);
        if (end != kNotFound) {
            const auto behind = skip_space(text_, end);
            if (behind == text_.size() || text_[behind] == ',' || text_[behind] == ']') {
                return std::max(end, at_ + 1);
            }
        }
        --scans_left_;
    }
    const auto comma = next_object_comma(text_, at_);
    return comma == kNotFound ? text_.size() : std::max(comma, at_ + 1);
}

RecordReader::RecordReader(RecordLimits limits) : impl_(std::make_unique<Impl>(std::move(limits))) {}
RecordReader::~RecordReader() = default;
RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader& RecordReader::operator=(RecordReader&&) noexcept = default;

void RecordReader::start(std::string_view text)
{
    impl_->start(text);
}

RecordReader::Item RecordReader::next()
{
    return impl_->next();
}

const Record& RecordReader::record() const
{
    return impl_->record;
}

RecordReader::Item RecordReader::read_one(std::string_view text)
{
    return impl_->read_one(text);
}

const Rejection& RecordReader::rejection() const
{
    return impl_->rejection;
}

std::string_view RecordReader::record_text() const
{
    return impl_->record_text();
}

std::string RecordReader::rest() const
{
    return impl_->rest();
}

}  // namespace alleycat::telemetry
