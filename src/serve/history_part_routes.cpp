#include "api.hpp"
#include "class_ids.hpp"

#include <alleycat/history/history_text.hpp>
#include <alleycat/history/top_of_seconds.hpp>

#include <map>

namespace alleycat::serve {

namespace {

/// What was looked through last of each class. Of the database's thread, but for its making.
using TopsOfClasses = std::map<ClassId, history::TopOfSeconds>;

ApiAnswer history_part_answer(const Api& api, const net::Request& request, const std::shared_ptr<TopsOfClasses>& tops)
{
    const Asked asked(request);
    Parameters parameters(request);
    const auto class_id = parameters.class_in_path(0, class_ids(api));
    auto racers = parameters.racers("racers");
    const auto top = parameters.whole("top", 1, history::TopOfSeconds::kMaxTop);
    if (racers && top) {
        parameters.refuse("top", "must not stand beside racers");
    } else if (!racers && !top) {
        parameters.refuse("racers", "must be there, or top");
    }
    if (parameters.wrong()) {
        return asked.problem(*parameters.wrong());
    }
    auto bests = api.bests(class_id);
    if (racers) {
        return [asked, bests = std::move(bests), racers = std::move(*racers)](const results::ResultReader&) {
            return asked.json(history::history_text(*bests, racers));
        };
    }
    return [asked, bests = std::move(bests), class_id, top = *top, tops](const results::ResultReader&) {
        return asked.json((*tops)[class_id].text(*bests, top));
    };
}

}  // namespace

void add_history_part_routes(ApiRouter& router)
{
    router.get("/api/v1/classes/{}/history",
               [tops = std::make_shared<TopsOfClasses>()](const Api& api, const net::Request& request) {
                   return history_part_answer(api, request, tops);
               });
}

}  // namespace alleycat::serve
