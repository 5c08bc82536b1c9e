#pragma once

#include "gzip.hpp"

#include <alleycat/core/replacement_file.hpp>
#include <alleycat/history/best_table.hpp>
#include <alleycat/history/history_file.hpp>

#include <optional>

namespace alleycat::history {

/// Compresses one class's whole history in one go at kWholeLevel, a slice a call, so that the other classes need not
/// wait for the seconds that a large class takes. Dropped before its end, it leaves no trace.
///
/// Thread: one owner.
class WholePass {
public:
    /// `path`: the file to replace.
    [[nodiscard]] static Result<WholePass> start(const std::filesystem::path& path,
                                                 std::shared_ptr<const ClassBests> bests);

    /// Compresses about one more MiB of text. Returns the new file when that was the last, null before.
    /// Errors: the system's, of the file; the pass is then over.
    [[nodiscard]] Result<std::shared_ptr<const HistoryFile>> step();

private:
    WholePass(ReplacementFile file, std::shared_ptr<const ClassBests> bests);

    void take_slice();
    [[nodiscard]] bool finished() const { return next_ > last_; }

    ReplacementFile file_;
    std::shared_ptr<const ClassBests> bests_;
    Deflater deflater_;
    std::uint32_t next_{1};  // the second to come
    std::uint32_t last_;
    std::string slice_;  // text to be compressed
    Checksum text_;      // of all text so far
    Checksum stored_;    // of all bytes written
};

}  // namespace alleycat::history
