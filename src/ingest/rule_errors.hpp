#pragma once

#include "rule_target.hpp"

#include <alleycat/core/hourly_folder.hpp>

#include <functional>

namespace alleycat::ingest {

/// What a target could not take of a message.
struct TargetFailure {
    std::string action;    ///< "stream", "mqtt" or "file"; "select" where there was nothing to send
    std::string resource;  ///< the stream's name, the topic, the path; the rule
    std::string message;
};

/// What a rule could not do with one message.
class MessageFailures {
public:
    static constexpr std::size_t kMostListed = 100;

    void add(TargetFailure failure);
    [[nodiscard]] bool empty() const { return total_ == 0; }

    /// The message in the form of rule-errors: one line of JSON without its line feed.
    [[nodiscard]] std::string line(std::string_view rule, std::string_view topic, std::string_view payload) const;

private:
    std::vector<TargetFailure> listed_;
    std::uint64_t total_{0};
};

/// Keeps the messages that a rule's targets could not take, in the rule's folder or by publishing them.
///
/// Thread:     one at a time.
/// Durability: after store() what was added before survives power loss, where it is kept in the folder. A file takes on
///             what fails within a minute, up to kFileBytes: it is written anew then, so that failures that trickle in
///             do not make a file each.
class RuleErrors {
public:
    /// Publishes `payload`; says why it could not, or nothing.
    using Publish = std::function<std::string(const std::string& topic, std::string_view payload)>;

    /// `directory`: the rule's; empty: nothing is kept in it.
    RuleErrors(std::string rule, RuleErrorAction action, const std::filesystem::path& directory, Publish publish);

    void add(const MessageFailures& failures, std::string_view topic, std::string_view payload);

    /// Belongs before the acknowledgement of the messages. What cannot be stored is counted, and logged the first time.
    void store(SystemTime now);

    /// Much was added: store() should come soon.
    [[nodiscard]] bool full() const { return added_.size() >= kFileBytes; }
    [[nodiscard]] std::uint64_t lost() const { return lost_; }  ///< messages that could not be kept

    static constexpr std::size_t kFileBytes = 256 * 1024;
    static constexpr auto kFileAge = std::chrono::seconds(60);
    static constexpr HourlyFolder::Limits kKept{std::chrono::hours(30 * 24), std::uint64_t{64} << 20};

private:
    void begin_file(SystemTime now);
    void lose(std::uint64_t messages, const std::string& why);
    void clean(SystemTime now);

    const std::string rule_;
    const RuleErrorAction action_;
    std::optional<HourlyFolder> folder_;
    const Publish publish_;
    std::string stored_;  // lines that the current file holds
    std::string added_;   // lines that it does not yet
    std::uint64_t added_messages_{0};
    SystemTime begun_{};  // of the current file
    HourlyFolder::Name name_;
    SystemTime cleaned_{};
    std::uint64_t lost_{0};
    bool losing_{false};
};

}  // namespace alleycat::ingest
