#include <alleycat/core/json_text.hpp>
#include <alleycat/stream/partition_key.hpp>

#include <stdexcept>

namespace alleycat::stream {

namespace {

constexpr std::size_t kMaxKeyCharacters = 256;
constexpr std::size_t kMaxTemplateBytes = 128;

/// At most kMaxKeyCharacters, and never half a character.
void truncate(std::string& utf8)
{
    std::size_t characters = 0;
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        if ((static_cast<unsigned char>(utf8[at]) & 0xC0) != 0x80 && ++characters > kMaxKeyCharacters) {
            utf8.resize(at);
            return;
        }
    }
}

}  // namespace

PartitionKeyTemplate::PartitionKeyTemplate(std::string_view text)
{
    if (text.empty() || text.size() > kMaxTemplateBytes) {
        throw std::invalid_argument("must be 1 to 128 bytes");
    }
    while (!text.empty()) {
        const auto open = text.find("${");
        if (open != 0) {
            parts_.emplace_back(std::string(text.substr(0, open)));
            text.remove_prefix(std::min(open, text.size()));
            continue;
        }
        const auto close = text.find('}');
        if (close == std::string_view::npos) {
            throw std::invalid_argument("\"${\" is not closed");
        }
        parts_.emplace_back(variable(text.substr(2, close - 2)));
        text.remove_prefix(close + 1);
    }
}

PartitionKeyTemplate::Variable PartitionKeyTemplate::variable(std::string_view name)
{
    if (name == "racerId") {
        return Variable::RacerId;
    }
    if (name == "classId") {
        return Variable::ClassId;
    }
    if (name == "uuid") {
        return Variable::Uuid;
    }
    if (name == "timestamp()") {
        return Variable::Timestamp;
    }
    if (name == "random()") {
        return Variable::Random;
    }
    throw std::invalid_argument("\"${" + std::string(name) +
                                "}\" is not one of ${racerId}, ${classId}, ${uuid}, ${timestamp()}, ${random()}");
}

std::string_view PartitionKeyTemplate::render(const telemetry::Record& record, std::int64_t arrival_ms)
{
    key_.clear();
    for (const auto& part : parts_) {
        if (const auto* text = std::get_if<std::string>(&part)) {
            key_.append(*text);
            continue;
        }
        switch (std::get<Variable>(part)) {
            case Variable::Uuid:
                if (!record.uuid.empty()) {
                    key_.append(record.uuid);
                    break;
                }
                [[fallthrough]];
            case Variable::RacerId:
                append_number(key_, raw(record.racer_id));
                break;
            case Variable::ClassId:
                append_number(key_, std::uint64_t{raw(record.class_id)});
                break;
            case Variable::Timestamp:
                append_number(key_, arrival_ms);
                break;
            case Variable::Random:
                append_number(key_, std::uint64_t{random_()});
                break;
        }
    }
    truncate(key_);
    return key_;
}

}  // namespace alleycat::stream
