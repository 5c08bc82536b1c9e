#pragma once

#include <alleycat/ranking/record_event.hpp>

#include <string>

namespace alleycat::serve {

/// `{"type":"record",…}`, as viewers of `/live` and subscribers of the records' topic read it. `previous` is null where
/// there was nothing to beat.
[[nodiscard]] std::string record_message(const ranking::RecordEvent& event);

}  // namespace alleycat::serve
