#pragma once

#include <alleycat/history/best_table.hpp>
#include <alleycat/history/history_file.hpp>

#include <filesystem>
#include <string>

namespace alleycat::history {

/// A history file as found at start.
struct LoadedHistory {
    std::shared_ptr<const HistoryFile> file;  // null where there is no file
    bool in_pieces{false};                    // it has not had its whole pass
};

/// Merges the history file at `path` into `table`, whose race length is `seconds`.
/// Throws std::runtime_error with one line naming the file and what is wrong with it.
[[nodiscard]] LoadedHistory load_history(const std::filesystem::path& path, std::uint32_t seconds, BestTable& table);

/// Merges the text of a history into `table`. Returns what is wrong with the text, empty where nothing is.
[[nodiscard]] std::string merge_text(std::string text, std::uint32_t seconds, BestTable& table);

}  // namespace alleycat::history
