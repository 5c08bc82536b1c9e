#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace alleycat::delivery {

/// Makes one gzip file after another, in memory. Equal texts make equal files.
///
/// Thread: one at a time; a writer is reused, since its state of 260 KB costs more to make than a small file.
class GzipWriter {
public:
    GzipWriter();
    ~GzipWriter();
    GzipWriter(const GzipWriter&) = delete;
    GzipWriter& operator=(const GzipWriter&) = delete;

    void append(std::string_view text);
    /// Ends the file. It is valid until start().
    [[nodiscard]] std::string_view finish();
    /// Begins a new file.
    void start();

private:
    struct State;

    void deflate_pending(int flush);

    std::unique_ptr<State> state_;
    std::string pending_;  // text that waits: few large steps instead of many small ones
    std::string out_;
};

}  // namespace alleycat::delivery
