#include <alleycat/ranking/name_book.hpp>

namespace alleycat::ranking {

void NameBook::set(RacerId racer, std::string_view name)
{
    const std::lock_guard lock(mutex_);
    if (const auto known = names_.find(racer); known != names_.end()) {
        known->second = name;
    } else if (names_.size() < kMaxNames) {
        names_.emplace(racer, name);
    }
}

void NameBook::erase(RacerId racer)
{
    const std::lock_guard lock(mutex_);
    names_.erase(racer);
}

std::string NameBook::name(RacerId racer) const
{
    const std::lock_guard lock(mutex_);
    const auto known = names_.find(racer);
    return known != names_.end() ? known->second : "Racer " + std::to_string(raw(racer));
}

}  // namespace alleycat::ranking
