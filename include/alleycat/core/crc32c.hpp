#pragma once

#include <nmmintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace alleycat {

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4) of `bytes`, by the processor's own instruction.
/// `before`: the CRC of what stands before `bytes`, so that parts can be checked one after the other.
[[nodiscard]] inline std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0)
{
    std::uint64_t crc = ~before;
    const auto* at = bytes.data();
    auto left = bytes.size();
    for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t), at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        crc = _mm_crc32_u64(crc, word);
    }
    auto narrow = static_cast<std::uint32_t>(crc);
    for (; left > 0; --left, ++at) {
        narrow = _mm_crc32_u8(narrow, static_cast<std::uint8_t>(*at));
    }
    return ~narrow;
}

}  // namespace alleycat
