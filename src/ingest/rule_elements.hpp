#pragma once

#include <cstddef>
#include <string_view>

namespace alleycat::ingest {

/// Cuts a payload into its records, whether they are valid or not: one JSON value, a JSON array of them, or values
/// separated by newlines. A broken one costs its neighbours as little as can be.
///
/// Cost: linear in the payload.
class RuleElements {
public:
    /// `text` must live as long as this.
    explicit RuleElements(std::string_view text) : text_(text) {}

    /// Moves to the next record; false at the end.
    [[nodiscard]] bool next();
    [[nodiscard]] std::string_view text() const { return current_; }

private:
    [[nodiscard]] std::size_t end_of_element(std::size_t from);
    [[nodiscard]] std::size_t end_of_broken(std::size_t from) const;

    std::string_view text_;
    std::string_view current_;
    std::size_t at_{0};
    bool in_array_{false};
    int scans_left_{16};  // for brackets that never match; each may look through the whole payload
};

}  // namespace alleycat::ingest
