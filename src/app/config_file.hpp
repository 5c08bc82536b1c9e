#pragma once

#include "config_kinds.hpp"

namespace alleycat::app {

using FileEntry = Member;

/// One table of a configuration file, its entries in the order of their lines.
struct FileTable {
    std::string name;     ///< empty: the keys above the first table
    bool element{false};  ///< written [[name]], one of a list
    std::uint32_t line{0};
    std::vector<FileEntry> entries;
};

/// Reads a TOML file into its tables, in the order of their lines. Knows TOML, but no key.
/// Errors: the file cannot be read, or is not TOML; the complaint begins with the file, and the line where there is
/// one.
[[nodiscard]] std::variant<std::vector<FileTable>, Complaint> read_config_file(const std::string& file);

}  // namespace alleycat::app
