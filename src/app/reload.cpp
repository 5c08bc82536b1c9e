#include "reload.hpp"

#include "config_schema.hpp"

namespace alleycat::app {

Reload reload(Config& running, const Config& wanted)
{
    Reload changes;
    for (const auto& key : schema()) {
        if (key.literal(running) == key.literal(wanted)) {
            continue;
        }
        if (key.live) {
            key.copy(running, wanted);
        }
        (key.live ? changes.taken : changes.ignored).push_back(key.path());
    }
    if (running.rules != wanted.rules) {
        changes.ignored.emplace_back("rule");
    }
    return changes;
}

}  // namespace alleycat::app
