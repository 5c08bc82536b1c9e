#include <alleycat/core/backoff.hpp>

#include <algorithm>

namespace alleycat {

std::chrono::milliseconds Backoff::next()
{
    const auto whole = std::min(next_, cap_);
    next_ = std::min(whole * 2, cap_);
    std::uniform_int_distribution<std::chrono::milliseconds::rep> share(whole.count() / 2, whole.count());
    return std::chrono::milliseconds(share(random_));
}

}  // namespace alleycat
