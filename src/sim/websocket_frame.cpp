#include "websocket_frame.hpp"

#include <array>
#include <cstring>
#include <optional>

namespace alleycat::sim {

namespace {

constexpr unsigned char kFinal = 0x80;
constexpr unsigned char kMasked = 0x80;
constexpr unsigned char kShort = 125;  // the longest payload whose length stands in the second byte
constexpr unsigned char kTwoByteLength = 126;
constexpr unsigned char kEightByteLength = 127;
constexpr std::size_t kControlPayload = 125;

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes)
{
    for (unsigned left = bytes; left > 0; --left) {
        out.append(1, static_cast<char>(value >> (8 * (left - 1)) & 0xffU));
    }
}

/// Eight bytes at a time; the key repeats every four.
void apply_mask(char* bytes, std::size_t size, std::uint32_t mask_key)
{
    std::array<char, 8> key{};
    for (std::size_t at = 0; at < key.size(); ++at) {
        key[at] = static_cast<char>(mask_key >> (24 - 8 * (at % 4)) & 0xffU);
    }
    std::uint64_t wide_key = 0;
    std::memcpy(&wide_key, key.data(), sizeof wide_key);
    std::size_t at = 0;
    for (; at + sizeof wide_key <= size; at += sizeof wide_key) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + at, sizeof word);
        word ^= wide_key;
        std::memcpy(bytes + at, &word, sizeof word);
    }
    for (; at < size; ++at) {
        bytes[at] = static_cast<char>(bytes[at] ^ key[at % 4]);
    }
}

struct Header {
    bool final;
    Opcode opcode;
    std::size_t size;  // of this header
    std::uint64_t payload_bytes;
};

/// Nothing if `bytes` do not hold all of the header.
std::optional<Header> read_header(std::string_view bytes)
{
    const auto byte = [bytes](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    if (bytes.size() < 2) {
        return std::nullopt;
    }
    Header header{(byte(0) & kFinal) != 0, static_cast<Opcode>(byte(0) & 0x0fU), 2, byte(1)};
    const std::size_t length_bytes = byte(1) == kTwoByteLength ? 2 : byte(1) == kEightByteLength ? 8 : 0;
    if (length_bytes == 0) {
        return header;
    }
    header.size += length_bytes;
    if (bytes.size() < header.size) {
        return std::nullopt;
    }
    header.payload_bytes = 0;
    for (std::size_t at = 2; at < header.size; ++at) {
        header.payload_bytes = header.payload_bytes << 8U | byte(at);
    }
    return header;
}

}  // namespace

void append_client_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask_key)
{
    out.append(1, static_cast<char>(kFinal | static_cast<unsigned char>(opcode)));
    if (payload.size() <= kShort) {
        out.append(1, static_cast<char>(kMasked | payload.size()));
    } else if (payload.size() <= 0xffff) {
        out.append(1, static_cast<char>(kMasked | kTwoByteLength));
        append_big_endian(out, payload.size(), 2);
    } else {
        out.append(1, static_cast<char>(kMasked | kEightByteLength));
        append_big_endian(out, payload.size(), 8);
    }
    append_big_endian(out, mask_key, 4);
    const std::size_t start = out.size();
    out.append(payload);
    apply_mask(out.data() + start, payload.size(), mask_key);
}

void ServerFrameReader::feed(std::string_view bytes)
{
    buffer_.erase(0, taken_);
    taken_ = 0;
    buffer_.append(bytes);
}

ServerFrameReader::Step ServerFrameReader::next(Message& message)
{
    for (;;) {
        const std::string_view bytes = std::string_view(buffer_).substr(taken_);
        if (!bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x70U) != 0) {
            return Step::Broken;  // an extension that was not asked for
        }
        if (bytes.size() > 1 && (static_cast<unsigned char>(bytes[1]) & kMasked) != 0) {
            return Step::Broken;  // a server must not mask
        }
        const auto header = read_header(bytes);
        if (!header) {
            return Step::NeedMore;
        }
        if (header->payload_bytes > kMostPayloadBytes) {
            return Step::Broken;
        }
        if (bytes.size() < header->size + header->payload_bytes) {
            return Step::NeedMore;
        }
        taken_ += header->size + header->payload_bytes;
        const Step step =
            take(header->final, header->opcode, bytes.substr(header->size, header->payload_bytes), message);
        if (step != Step::NeedMore) {
            return step;
        }
    }
}

ServerFrameReader::Step ServerFrameReader::take(bool final, Opcode opcode, std::string_view payload, Message& message)
{
    switch (opcode) {
        case Opcode::Close:
        case Opcode::Ping:
        case Opcode::Pong:
            message = {opcode, payload};
            return final && payload.size() <= kControlPayload ? Step::Message : Step::Broken;
        case Opcode::Text:
        case Opcode::Binary:
            if (fragmented_ != Opcode::Continuation) {
                return Step::Broken;
            }
            if (final) {
                message = {opcode, payload};
                return Step::Message;
            }
            fragmented_ = opcode;
            fragments_ = payload;
            return Step::NeedMore;
        case Opcode::Continuation:
            if (fragmented_ == Opcode::Continuation || fragments_.size() + payload.size() > kMostPayloadBytes) {
                return Step::Broken;
            }
            fragments_.append(payload);
            if (!final) {
                return Step::NeedMore;
            }
            message = {fragmented_, fragments_};
            fragmented_ = Opcode::Continuation;
            return Step::Message;
    }
    return Step::Broken;
}

}  // namespace alleycat::sim
