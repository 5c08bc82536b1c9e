#include <alleycat/quarantine/held_record.hpp>

#include <charconv>
#include <limits>

namespace alleycat::quarantine {

namespace {

template <class Number>
std::optional<Number> whole(std::string_view text)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool all = error == std::errc() && end == text.data() + text.size();
    return all ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string to_text(const HeldId& id)
{
    return std::to_string(raw(id.shard)) + "-" + std::to_string(id.sequence);
}

std::optional<HeldId> parse_id(std::string_view text)
{
    const auto hyphen = std::min(text.find('-'), text.size());
    const auto shard = whole<std::uint32_t>(text.substr(0, hyphen));
    const auto sequence = whole<std::uint64_t>(text.substr(std::min(hyphen + 1, text.size())));
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());  // as SQLite has them
    if (!shard || !sequence || *sequence > kMost) {
        return std::nullopt;
    }
    return HeldId{*sequence, ShardId{*shard}};
}

}  // namespace alleycat::quarantine
