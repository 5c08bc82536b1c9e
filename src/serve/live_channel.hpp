#pragma once

#include "live_query.hpp"

#include <alleycat/ranking/board.hpp>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace alleycat::serve {

/// One board as its viewers hold it: what they were shown last, and the messages that bring them on.
///
/// Encodes only; knows no sockets. A message ends without its closing brace, so that a viewer's own row can follow.
class LiveChannel {
public:
    /// What a board shows at one moment.
    struct View {
        std::optional<RaceId> race_id;
        std::vector<ranking::Entry> entries;
        std::size_t total{0};
    };

    LiveChannel(ClassId class_id, Board board) : class_id_(class_id), board_(board) {}

    /// Shows `view` from now on. Returns the message that brings viewers there: a snapshot where the race is another
    /// one, else a delta; nothing where nothing changed and `always` is false.
    [[nodiscard]] std::optional<std::string> show(View view, bool always);

    /// The snapshot of what is shown.
    [[nodiscard]] std::string snapshot() const;

private:
    void append_head(std::string& out, std::string_view type) const;
    [[nodiscard]] std::string delta(const View& before) const;

    const ClassId class_id_;
    const Board board_;
    std::uint64_t sequence_{0};
    View view_;
};

/// `{"rank":1,…}`
void append_entry(std::string& out, const ranking::Entry& entry);

}  // namespace alleycat::serve
