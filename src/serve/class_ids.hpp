#pragma once

#include <alleycat/serve/api_routes.hpp>

#include <vector>

namespace alleycat::serve {

[[nodiscard]] inline std::vector<ClassId> class_ids(const Api& api)
{
    std::vector<ClassId> ids;
    for (const auto& info : api.classes()) {
        ids.push_back(info.id);
    }
    return ids;
}

}  // namespace alleycat::serve
