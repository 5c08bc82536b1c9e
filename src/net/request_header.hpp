#pragma once

#include <cstdint>
#include <string_view>

namespace alleycat::net {

// What is asked of a request's header beyond what Beast's parser asks. A proxy in front may read a doubtful header
// otherwise than Beast does, and then one client's bytes become another's request: so what could be read in two ways is
// refused (RFC 9112, sections 2.2, 3.2, 5, 6 and 11.2).

/// Looks for the end of a header while it comes. What it says depends on the bytes alone, not on how they are cut.
class HeaderScan {
public:
    enum class State : std::uint8_t {
        More,      ///< it goes on
        Complete,  ///< size() bytes, the empty line included
        TooLarge,  ///< it has more than `limit` bytes
        Broken,    ///< a byte that no header has: a line end that is none, a control character
    };

    explicit HeaderScan(std::size_t limit) : limit_(limit) {}

    /// `bytes`: from the first of the request; those of the call before, and what has come since.
    [[nodiscard]] State scan(std::string_view bytes);
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    const std::size_t limit_;
    std::size_t size_{0};        // looked at
    std::size_t line_bytes_{0};  // of them, in the line that has not ended
    bool behind_cr_{false};
};

/// What makes a whole header ambiguous, or empty. `header`: as HeaderScan found it, with the empty line. Its request
/// line and the form of its values are the parser's to check.
[[nodiscard]] std::string_view header_fault(std::string_view header);

/// Whether a comma-separated list names `token`, in any case; both in ASCII.
[[nodiscard]] bool lists_token(std::string_view list, std::string_view token);
/// Whether two words are the same in any case; ASCII.
[[nodiscard]] bool same_word(std::string_view left, std::string_view right);

}  // namespace alleycat::net
