#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/core/race_clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::ingest {

/// What an MQTT subscriber knows of a message's sender.
inline constexpr std::string_view kUnknownClient = "n/a";

/// What a placeholder stands for.
struct RuleValue {
    std::string text;      ///< of a string without its quotes, else JSON
    bool is_string{true};  ///< in JSON
};

/// Why a record could not be made.
struct RuleFailure {
    Errc code{};
    std::string message;  ///< names the field and what is wrong
};

/// What a template is rendered with.
class RuleScope {
public:
    RuleScope(std::string_view topic_text, const RaceMoment& at) : topic(topic_text), moment(at) {}
    virtual ~RuleScope() = default;

    /// The field of this name; none where there is none.
    [[nodiscard]] virtual std::optional<RuleValue> field(std::string_view name) const = 0;

    std::string_view topic;
    RaceMoment moment;
    std::optional<std::uint64_t> racer;
};

/// Nothing but a topic and a time.
class TopicScope final : public RuleScope {
public:
    using RuleScope::RuleScope;
    [[nodiscard]] std::optional<RuleValue> field(std::string_view) const override { return std::nullopt; }
};

/// Text with placeholders; see RuleOptions.
class RuleTemplate {
public:
    enum class Kind : std::uint8_t { Text, Field, Topic, Timestamp, ClientId, Race, Second, Event, Racer };
    struct Part {
        Kind kind{Kind::Text};
        std::string text;      ///< the text itself, or the field's name
        std::size_t level{0};  ///< of Topic
    };

    RuleTemplate() = default;
    /// Throws std::invalid_argument with a message that says what is allowed.
    explicit RuleTemplate(std::string_view text);

    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
    [[nodiscard]] bool uses(Kind kind) const;
    /// The same whatever it is rendered with.
    [[nodiscard]] bool constant() const;
    /// Of Topic; 0: it asks for none.
    [[nodiscard]] std::size_t highest_level() const;

    /// A template of one field alone yields that field as it is, any other a string.
    [[nodiscard]] std::optional<RuleFailure> render(const RuleScope& scope, RuleValue& out) const;

private:
    std::vector<Part> parts_;
};

}  // namespace alleycat::ingest
