#include "api_error.hpp"

#include <alleycat/core/json_text.hpp>
#include <alleycat/core/uuid.hpp>

namespace alleycat::ingest {

namespace {

constexpr std::size_t kMaxShownBytes = 1'024;

net::Response response(unsigned status)
{
    net::Response made;
    made.status = status;
    made.with("Content-Type", "application/x-amz-json-1.1").with("x-amzn-RequestId", random_uuid());
    return made;
}

}  // namespace

ApiError serialization_error(std::string message)
{
    return {"SerializationException", std::move(message)};
}

ApiError invalid_argument(std::string message)
{
    return {"InvalidArgumentException", std::move(message)};
}

ApiError not_found(std::string message)
{
    return {"ResourceNotFoundException", std::move(message)};
}

ApiError rate_exceeded(std::string_view shard, std::string_view stream)
{
    std::string message = "Rate exceeded for shard ";
    message.append(shard).append(" in stream ").append(stream).append(" under account ").append(kAccount).append(".");
    return {"ProvisionedThroughputExceededException", std::move(message)};
}

ApiError internal_failure(std::string message)
{
    return {"InternalFailure", std::move(message), 500};
}

net::Response api_answer(std::string json)
{
    auto made = response(200);
    made.body = std::move(json);
    return made;
}

net::Response api_answer(net::SharedBody json)
{
    auto made = response(200);
    made.body = std::move(json);
    return made;
}

net::Response api_refusal(const ApiError& error)
{
    auto made = response(error.status);
    std::string json = R"({"__type":)";
    append_string(json, error.type);
    append_string(json.append(R"(,"message":)"), error.message);
    made.body = json.append("}");
    return made;
}

std::string_view shown(std::string_view utf8)
{
    if (utf8.size() <= kMaxShownBytes) {
        return utf8;
    }
    auto size = kMaxShownBytes;
    while ((static_cast<unsigned char>(utf8[size]) & 0xC0) == 0x80) {  // never half a character
        --size;
    }
    return utf8.substr(0, size);
}

std::string shown_bytes(std::string_view bytes)
{
    std::string made(bytes.substr(0, kMaxShownBytes));
    for (auto& letter : made) {
        if (letter < ' ' || letter > '~') {
            letter = '?';
        }
    }
    return made;
}

}  // namespace alleycat::ingest
