#include "rule_topic.hpp"

#include <algorithm>

namespace alleycat::ingest {

namespace {

constexpr std::size_t kMaxTopicBytes = 65'535;

/// Takes the first level off; `more` says whether there is another.
std::string_view take_level(std::string_view& topic, bool& more)
{
    const auto end = topic.find('/');
    const auto level = topic.substr(0, end);
    more = end != std::string_view::npos;
    topic.remove_prefix(more ? end + 1 : topic.size());
    return level;
}

}  // namespace

bool matches(std::string_view filter, std::string_view topic)
{
    if (filter.starts_with("$share/")) {  // $share/<group>/<filter>
        filter.remove_prefix(7);
        filter.remove_prefix(std::min(filter.find('/'), filter.size() - 1) + 1);
    }
    // Topics that begin with $ are the broker's own, and no wildcard in the first place stands for them.
    if (topic.starts_with('$') && !filter.starts_with('$')) {
        return false;
    }
    bool more_filter = true;
    bool more_topic = true;
    while (more_filter) {
        const auto wanted = take_level(filter, more_filter);
        if (wanted == "#") {
            return true;  // also for the level above, as in "gym/#" for "gym"
        }
        if (!more_topic) {
            return false;
        }
        const auto level = take_level(topic, more_topic);
        if (wanted != "+" && wanted != level) {
            return false;
        }
    }
    return !more_topic;
}

bool is_publishable(std::string_view topic)
{
    using namespace std::string_view_literals;
    return !topic.empty() && topic.size() <= kMaxTopicBytes && topic.find_first_of("+#\0"sv) == std::string_view::npos;
}

std::string_view below(std::string_view topic, std::size_t levels)
{
    bool more = true;
    for (std::size_t level = 0; level < levels; ++level) {
        static_cast<void>(take_level(topic, more));
    }
    return topic;
}

}  // namespace alleycat::ingest
