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
/// Encodes only; knows no sockets, and does not count what was sent.
class LiveChannel {
public:
    /// What a board shows at one moment.
    struct View {
        std::optional<RaceId> race_id;
        std::vector<ranking::Entry> entries;
        std::size_t total{0};
    };

    /// A message but for its number, and without its closing brace, so that a viewer's own row can follow.
    struct Message {
        bool snapshot{false};  ///< else a delta
        std::string rest;      ///< all that stands behind `seq`

        [[nodiscard]] std::string numbered(std::uint64_t sequence) const;
    };

    LiveChannel(ClassId class_id, Board board) : class_id_(class_id), board_(board) {}

    /// Shows `view` from now on. Returns the message that brings viewers there: a snapshot where the race is another
    /// one, else a delta; nothing where nothing changed.
    [[nodiscard]] std::optional<Message> show(View view);

    /// The snapshot of what is shown.
    [[nodiscard]] Message snapshot() const;
    /// The delta that leaves the board as it is: a viewer's own row may have changed.
    [[nodiscard]] Message unchanged() const;

private:
    [[nodiscard]] std::string head() const;
    [[nodiscard]] Message delta(const View& before) const;

    const ClassId class_id_;
    const Board board_;
    bool shown_{false};
    View view_;
};

/// `{"rank":1,…}`
void append_entry(std::string& out, const ranking::Entry& entry);

}  // namespace alleycat::serve
