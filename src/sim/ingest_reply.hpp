#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace alleycat::sim {

/// `{"type":"ack","accepted":A,"rejected":R}`: running totals of the connection.
struct Acknowledgement {
    std::uint64_t accepted{0};
    std::uint64_t rejected{0};
};

/// `{"type":"reject","index":I,"uuid":U,"code":C,"message":M}`. Texts stay as JSON escapes them.
struct Rejection {
    std::uint64_t index{0};
    std::string_view code;
    std::string_view message;
};

/// std::monostate for any other text: a newer server may say more than this program knows.
using IngestReply = std::variant<std::monostate, Acknowledgement, Rejection>;

/// Reads what the server's WebSocket door answers. It trusts the server to send JSON, and looks only for the members it
/// needs, because acknowledgements come by the thousand while the sender is what must not be slow.
/// The views point into `text`.
[[nodiscard]] IngestReply parse_ingest_reply(std::string_view text);

}  // namespace alleycat::sim
