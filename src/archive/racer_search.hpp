#pragma once

#include <alleycat/core/ids.hpp>

#include <functional>
#include <string_view>

namespace alleycat::archive {

/// Finds what names one racer in a lot of text, without parsing any of it. It may find a record that only speaks of
/// the racer, and never misses one that is theirs.
class RacerSearch {
public:
    explicit RacerSearch(RacerId racer) : racer_(racer) {}

    [[nodiscard]] bool names(std::string_view text) const;

    /// Calls `visit` for each line that names the racer, without its line feed. Lines behind a false are left out.
    void for_each_line(std::string_view lines, const std::function<bool(std::string_view)>& visit) const;

private:
    [[nodiscard]] bool is_racer(RacerId racer) const { return racer == racer_; }
    /// Where the next key with the racer behind it is, from `at` on; npos: none.
    [[nodiscard]] std::size_t find(std::string_view text, std::size_t at) const;

    const RacerId racer_;
};

/// Calls `visit` for each line, without its line feed. Lines behind a false are left out.
void for_each_line(std::string_view lines, const std::function<bool(std::string_view)>& visit);

}  // namespace alleycat::archive
