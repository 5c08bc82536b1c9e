#include "config_rules.hpp"

#include <alleycat/net/http_client.hpp>
#include <alleycat/stream/partition_key.hpp>

#include <algorithm>
#include <stdexcept>

namespace alleycat::app {

namespace {

constexpr std::size_t kMaxTopicBytes = 65'535;  // MQTT writes a topic's length in two bytes

}  // namespace

bool is_stream_name(std::string_view text)
{
    static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    return !text.empty() && text.size() <= 128 && text.find_first_not_of(kLetters) == std::string_view::npos;
}

bool is_partition_key(std::string_view text)
{
    try {
        const stream::PartitionKeyTemplate key(text);
        return true;
    } catch (const std::invalid_argument&) {
        return false;
    }
}

bool is_http_url(std::string_view text)
{
    try {
        static_cast<void>(net::parse_http_url(text));
        return true;
    } catch (const std::invalid_argument&) {
        return false;
    }
}

bool is_topic_filter(std::string_view text)
{
    if (text.empty() || text.size() > kMaxTopicBytes) {
        return false;
    }
    for (std::size_t start = 0; start <= text.size();) {
        const auto end = std::min(text.find('/', start), text.size());
        const auto level = text.substr(start, end - start);
        const bool wildcard = level.find_first_of("+#") != std::string_view::npos;
        if (wildcard && level.size() != 1) {
            return false;
        }
        if (level == "#" && end != text.size()) {
            return false;
        }
        start = end + 1;
    }
    return true;
}

bool is_topic(std::string_view text)
{
    return !text.empty() && text.size() <= kMaxTopicBytes && text.find_first_of("+#") == std::string_view::npos;
}

}  // namespace alleycat::app
