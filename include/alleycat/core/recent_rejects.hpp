#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat {

/// What the doors refused last, with the reasons.
///
/// Thread: any. Nobody who adds ever waits: while another thread adds or reads, what is added is passed over. Who needs
///         all of it counts for itself.
/// Cost:   of add(), copying its texts to where the oldest ones stood, without an allocation once these have grown.
/// Memory: the latest kEntries, each text of at most kTextBytes.
class RecentRejects {
public:
    static constexpr std::size_t kEntries = 100;
    static constexpr std::size_t kTextBytes = 256;

    struct Entry {
        std::int64_t at_ms{0};  ///< of the latest of them, ms since the epoch
        std::string door;
        std::string code;
        std::string message;
        std::uint64_t count{0};  ///< how often the same came in a row

        bool operator==(const Entry&) const = default;
    };

    /// All texts are UTF-8; what is too long is cut at a character.
    void add(std::string_view door, std::string_view code, std::string_view message, std::int64_t at_ms);

    /// The latest ones, at most `most`, newest first.
    [[nodiscard]] std::vector<Entry> latest(std::size_t most) const;

private:
    mutable std::mutex mutex_;
    std::array<Entry, kEntries> ring_;  // guarded by mutex_, as all that follows
    std::size_t next_{0};               // that is written next: the oldest, once the ring is full
    std::size_t used_{0};
};

}  // namespace alleycat
