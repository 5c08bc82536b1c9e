// Any bytes as a payload: reading ends, stays within the payload, and can go on later where it stopped.

#include "reading.hpp"

#include <simdjson.h>

#include <algorithm>

namespace {

using namespace alleycat;
using namespace alleycat::fuzz;

constexpr std::size_t kStops = 8;  // places at which reading is interrupted

/// What is left at an item is a payload that holds that item and all behind it. True up to the first item that is no
/// JSON: behind it a reader may have given up a search that costs much (see record_reader.cpp), and a new one has not.
void check_rest(telemetry::RecordReader& reader, std::string_view payload, const std::vector<Item>& items,
                std::size_t stop)
{
    const Padded padded(payload);
    reader.start(padded.text());
    for (std::size_t at = 0; at <= stop; ++at) {
        static_cast<void>(reader.next());
    }
    telemetry::RecordReader second(limits());
    const auto behind = read_all(second, reader.rest());
    require(behind.size() == items.size() - stop, "the rest holds as many items as were left");
    require(std::equal(behind.begin(), behind.end(), items.begin() + static_cast<std::ptrdiff_t>(stop)),
            "the rest holds the items that were left");
}

/// The texts of a valid array's elements.
std::vector<std::string> elements(std::string_view array)
{
    std::vector<std::string> texts;
    std::string text;
    int depth = 0;
    bool in_string = false;
    for (std::size_t at = array.find('['); at < array.size(); ++at) {
        const char byte = array[at];
        if (in_string) {
            text.push_back(byte);
            if (byte == '\\') {
                text.push_back(array[++at]);
            }
            in_string = byte != '"';
            continue;
        }
        in_string = byte == '"';
        depth += byte == '[' || byte == '{' ? 1 : 0;
        depth -= byte == ']' || byte == '}' ? 1 : 0;
        const bool outside =
            depth == 0 || (depth == 1 && (byte == ',' || (byte == '[' && texts.empty() && text.empty())));
        if (!outside) {
            text.push_back(byte == '\n' ? ' ' : byte);  // between tokens only, since no string of JSON holds one
        }
        if (depth == 0 || (depth == 1 && byte == ',')) {
            texts.push_back(text);
            text.clear();
        }
        if (depth == 0) {
            break;
        }
    }
    return texts;
}

/// Each element of a valid array is one item, as it would be alone.
void check_array(std::string_view payload, const std::vector<Item>& items, std::size_t count)
{
    require(items.size() == count, "each element of an array is one item");
    if (count == 0) {
        return;
    }
    const auto texts = elements(payload);
    require(texts.size() == count, "this program splits arrays as the parser does");
    telemetry::RecordReader reader(limits());
    for (std::size_t at = 0; at < count; ++at) {
        const auto first = texts[at].find_first_not_of(" \t\r");
        if (texts[at][first] == '[') {  // alone it would be a payload of several
            require(!items[at].accepted && items[at].rejection.code == Errc::InvalidType, "an array is no record");
            continue;
        }
        const auto alone = read_all(reader, texts[at]);
        require(alone.size() == 1 && alone.front() == items[at], "an element is read as it is alone");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static telemetry::RecordReader reader(limits());
    static simdjson::dom::parser dom;
    const std::string_view payload(reinterpret_cast<const char*>(data), size);
    const auto items = read_all(reader, payload);
    const auto broken = std::find_if(items.begin(), items.end(), [](const Item& item) {
        return !item.accepted && item.rejection.code == Errc::InvalidJson;
    });
    const auto stops = std::min(items.size(), static_cast<std::size_t>(broken - items.begin()) + 1);
    for (std::size_t stop = 0; stop < stops; stop += std::max<std::size_t>(1, stops / kStops)) {
        check_rest(reader, payload, items, stop);
    }
    simdjson::dom::array array;
    if (dom.parse(simdjson::padded_string(payload)).get(array) == simdjson::SUCCESS) {
        std::size_t count = 0;
        for (auto element = array.begin(); element != array.end(); ++element) {
            ++count;
        }
        check_array(payload, items, count);
    }
    return 0;
}
