#include "api.hpp"
#include "class_ids.hpp"
#include "json_members.hpp"

#include <algorithm>

namespace alleycat::serve {

namespace {

using Races = std::vector<std::shared_ptr<const ranking::RaceSnapshot>>;

constexpr std::size_t kMaxFound = 100;
constexpr std::size_t kUsualFound = 20;
constexpr std::size_t kSearchCharacters = 64;
constexpr std::size_t kSearchBytes = 4 * kSearchCharacters;
constexpr std::size_t kEntriesAtOnce = 1'000;  // of a board that is looked through

struct SearchQuestion {
    Asked asked;
    std::string text;
    std::size_t limit;
    Races open;  // newest first
};

/// As /api/v1/racers says it; without times where the racer is not in the database yet.
struct FoundRacer {
    RacerId racer_id{};
    std::string name;
    std::optional<std::int64_t> first_ms{};
    std::optional<std::int64_t> last_ms{};
};
using FoundRacers = std::vector<FoundRacer>;

char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// What the database does with a LIKE, for racers whom it does not know yet.
class NameOrId {
public:
    explicit NameOrId(std::string_view text)
        : text_(text), digits_(!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos)
    {
    }

    [[nodiscard]] bool fits(const ranking::Entry& entry) const
    {
        const auto at = std::search(entry.name.begin(), entry.name.end(), text_.begin(), text_.end(),
                                    [](char a, char b) { return lower(a) == lower(b); });
        return at != entry.name.end() || text_.empty() ||
               (digits_ && std::to_string(raw(entry.racer_id)).starts_with(text_));
    }
    [[nodiscard]] bool is_id(RacerId racer) const { return std::to_string(raw(racer)) == text_; }

private:
    std::string_view text_;
    bool digits_;
};

bool holds(const FoundRacers& racers, RacerId racer)
{
    return std::any_of(racers.begin(), racers.end(), [racer](const auto& each) { return each.racer_id == racer; });
}

/// Those who ride now, as they stand on the boards, the one of exactly this id first.
FoundRacers riding_racers(const SearchQuestion& question)
{
    FoundRacers found;
    const auto add = [&found](const ranking::Entry& entry) {
        if (!holds(found, entry.racer_id)) {
            found.push_back({entry.racer_id, entry.name});
        }
    };
    const NameOrId wanted(question.text);
    const auto id = parse_whole<std::uint64_t>(question.text);
    for (const auto& race : question.open) {
        if (const auto entry = id && wanted.is_id(RacerId{*id}) ? race->find(RacerId{*id}) : std::nullopt) {
            add(*entry);
        }
    }
    for (const auto& race : question.open) {
        for (std::size_t first = 0; first < race->size() && found.size() < question.limit; first += kEntriesAtOnce) {
            for (const auto& entry : race->entries(first, kEntriesAtOnce)) {
                if (found.size() < question.limit && wanted.fits(entry)) {
                    add(entry);
                }
            }
        }
    }
    return found;
}

/// Riding racers with what the database knows of them, and behind them those who were seen last.
Result<FoundRacers> found_racers(const SearchQuestion& question, const results::ResultReader& reader)
{
    auto found = riding_racers(question);
    for (auto& each : found) {
        const auto known = reader.racer(each.racer_id);
        if (!known) {
            return known.error();
        }
        if (*known) {
            each.first_ms = (*known)->first_ms;
            each.last_ms = (*known)->last_ms;
        }
    }
    const auto stored = reader.find_racers(question.text, question.limit);
    if (!stored) {
        return stored.error();
    }
    const NameOrId wanted(question.text);
    for (const auto& info : *stored) {
        if (!holds(found, info.racer_id)) {
            const auto place = wanted.is_id(info.racer_id) ? found.begin() : found.end();
            found.insert(place, {info.racer_id, info.name, info.first_ms, info.last_ms});
        }
    }
    found.resize(std::min(found.size(), question.limit));
    return found;
}

net::Response search_from(const SearchQuestion& question, const results::ResultReader& reader)
{
    const auto found = found_racers(question, reader);
    if (!found) {
        return database_failed(question.asked, found.error());
    }
    std::string text = "{";
    add_list(text, "racers", *found, [](std::string& out, const FoundRacer& racer) {
        add_number(out.append("{"), "racerId", raw(racer.racer_id));
        add_text(out, "name", racer.name);
        add_number(out, "firstSeen", racer.first_ms);
        add_number(out, "lastSeen", racer.last_ms);
        out.append("}");
    });
    return question.asked.json(text.append("}"));
}

std::size_t characters(std::string_view utf8)
{
    return static_cast<std::size_t>(std::count_if(
        utf8.begin(), utf8.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

ApiAnswer search_answer(const Api& api, const net::Request& request)
{
    Parameters parameters(request);
    const auto text = parameters.text("search").value_or("");
    if (text.size() > kSearchBytes || characters(text) > kSearchCharacters) {
        parameters.refuse("search", "must be at most " + std::to_string(kSearchCharacters) + " characters");
    }
    const auto limit = parameters.whole("limit", 1, kMaxFound).value_or(kUsualFound);
    SearchQuestion question{Asked(request), std::string(text), limit, {}};
    if (parameters.wrong()) {
        return question.asked.problem(*parameters.wrong());
    }
    for (const auto class_id : class_ids(api)) {
        for (auto& race : api.live.races(class_id)) {
            if (race->state != ranking::RaceState::Closed) {
                question.open.push_back(std::move(race));
            }
        }
    }
    std::sort(question.open.begin(), question.open.end(),
              [](const auto& a, const auto& b) { return a->opened_order > b->opened_order; });
    return
        [question = std::move(question)](const results::ResultReader& reader) { return search_from(question, reader); };
}

}  // namespace

void add_racer_search(ApiRouter& router)
{
    router.get("/api/v1/racers", search_answer);
}

}  // namespace alleycat::serve
