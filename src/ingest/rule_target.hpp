#pragma once

#include "rule_template.hpp"

#include <filesystem>

namespace alleycat::ingest {

/// Where a rule sends what it made.
struct RuleTarget {
    enum class Kind : std::uint8_t { Stream, Mqtt, File };

    Kind kind{Kind::Stream};
    RuleTemplate place;  ///< a topic, or a path below the data directory
    std::string text;    ///< of `place`

    /// Throws std::invalid_argument with a message that says what is allowed. `filter`: the rule's own.
    [[nodiscard]] static RuleTarget parse(std::string_view text, std::string_view filter);

    /// Where a message on `scope.topic` goes. Failing: a topic or a path that cannot be, or a topic that would bring
    /// the message back to the rule.
    [[nodiscard]] Result<std::string> render(const RuleScope& scope, std::string_view filter) const;
};

/// Where a rule keeps what its targets could not take.
struct RuleErrorAction {
    enum class Kind : std::uint8_t { None, Directory, Mqtt };

    Kind kind{Kind::Directory};
    std::string topic;

    /// As RuleTarget::parse().
    [[nodiscard]] static RuleErrorAction parse(std::string_view text, std::string_view filter);
};

/// A path below the data directory that a rule may write to: relative, no part hidden, empty, "." or "..", and no file
/// or folder of the daemon's own.
[[nodiscard]] bool is_rule_file(std::string_view path);

}  // namespace alleycat::ingest
