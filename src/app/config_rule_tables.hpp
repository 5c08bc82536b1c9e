#pragma once

#include "config_file.hpp"

#include <alleycat/ingest/rule_options.hpp>

namespace alleycat::app {

// The rules: [[rule]] tables in the file, and nowhere else.

[[nodiscard]] Kind<std::string> topic_filter();
[[nodiscard]] Kind<std::string> optional_topic_filter();  ///< empty: none
[[nodiscard]] Kind<std::string> partition_key();
[[nodiscard]] Kind<std::string> error_action();

inline constexpr std::size_t kMaxRules = 64;  // each has a thread and a connection

/// The rule of a [[rule]] table of `file`, or what is wrong with it, with its place. `others`: those above it.
[[nodiscard]] std::variant<ingest::RuleOptions, Complaint> read_rule(const std::string& file, const FileTable& table,
                                                                     const std::vector<ingest::RuleOptions>& others);

/// The [[rule]] tables of `rules`.
[[nodiscard]] std::string rule_tables(const std::vector<ingest::RuleOptions>& rules);

}  // namespace alleycat::app
