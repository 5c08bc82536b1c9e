#pragma once

#include "config_kinds.hpp"

namespace alleycat::app {

/// The access keys of the stream API as one text, such as "ID:SECRET,ID:SECRET"; empty: none.
[[nodiscard]] Kind<std::vector<AccessKey>> access_key_list();

}  // namespace alleycat::app
