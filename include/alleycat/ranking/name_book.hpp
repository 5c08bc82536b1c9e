#pragma once

#include <alleycat/core/ids.hpp>

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace alleycat::ranking {

/// The latest name of each racer heard of since the start.
///
/// Thread: any. Memory: at most kMaxNames names; later ones are not kept.
class NameBook {
public:
    static constexpr std::size_t kMaxNames = 1'000'000;

    void set(RacerId racer, std::string_view name);
    void erase(RacerId racer);
    /// The racer's name, or "Racer <id>" where none was heard of.
    [[nodiscard]] std::string name(RacerId racer) const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<RacerId, std::string> names_;  // guarded by mutex_
};

}  // namespace alleycat::ranking
