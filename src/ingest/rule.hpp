#pragma once

#include "rule_template.hpp"

#include <alleycat/ingest/rule_options.hpp>

#include <map>
#include <memory>

namespace alleycat::ingest {

/// How a race lies in time.
struct RaceTimes {
    std::uint32_t length_seconds{300};
    std::uint32_t window_seconds{300};  ///< from one start to the next
};

/// The fields that a rule selects, as one record of JSON.
class RuleFields {
public:
    /// Throws std::invalid_argument where a template is none.
    explicit RuleFields(const RuleOptions& options);

    /// The record is made of what the payload says alone.
    [[nodiscard]] bool empty() const { return select_.empty() && scale_.empty(); }
    /// Outside of a race's seconds there is no record.
    [[nodiscard]] bool needs_race() const;
    [[nodiscard]] bool selects(const std::string& field) const { return select_.contains(field); }

    /// Appends the selected fields, `"name":value` with commas between them. Failing, `out` is of no use.
    [[nodiscard]] std::optional<RuleFailure> append(std::string& out, const RuleScope& scope) const;
    /// Appends one field. Where the record's field is a number, `value` must read as one, and is scaled.
    [[nodiscard]] std::optional<RuleFailure> append_field(std::string& out, const std::string& field,
                                                          const RuleValue& value) const;
    /// Appends a field that is not selected, as it is, but scaled.
    [[nodiscard]] std::optional<RuleFailure> append_kept(std::string& out, const std::string& field,
                                                         const RuleValue& value) const;

private:
    std::map<std::string, RuleTemplate> select_;
    std::map<std::string, double> scale_;
};

/// Makes records out of messages. Knows no network and no disk.
///
/// Thread: one at a time.
class Rule {
public:
    struct Failed {
        std::uint32_t record{0};  ///< of the message, from 0
        RuleFailure failure;
    };
    struct Made {
        std::string payload;                 ///< the records, a line each
        std::vector<std::uint32_t> numbers;  ///< of each: which of the message it was
        std::vector<Failed> failed;
    };

    /// Throws std::invalid_argument where find_fault() has something to say.
    Rule(const RuleOptions& options, RaceTimes race);
    ~Rule();

    /// A payload goes on as it came: apply() is not needed.
    [[nodiscard]] bool passes() const { return fields_.empty(); }

    /// `payload`: with RecordReader::kPadding readable bytes behind it.
    [[nodiscard]] Made apply(std::string_view topic, std::string_view payload, std::int64_t now_ms);

private:
    class Reader;

    [[nodiscard]] std::optional<RuleFailure> append_record(std::string& out, std::string_view text,
                                                           std::string_view topic, const RaceMoment& moment);

    const RuleFields fields_;
    const bool keep_;
    const RaceTimes race_;
    std::unique_ptr<Reader> reader_;
};

}  // namespace alleycat::ingest
