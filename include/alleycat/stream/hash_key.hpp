#pragma once

#include <alleycat/core/ids.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace alleycat::stream {

/// An unsigned 128-bit integer, 0 … 2^128-1.
__extension__ using HashKey = unsigned __int128;

inline constexpr HashKey kMaxHashKey = ~HashKey{0};

/// The hash keys that one shard owns, both ends included.
struct HashKeyRange {
    HashKey first{0};
    HashKey last{0};
};

/// Shard i of n owns the keys from floor(2^128/n)*i up to the next shard's first, the last one up to 2^128-1.
/// `shards`: 1 … 2^32-1.
[[nodiscard]] HashKeyRange hash_key_range(ShardId shard, std::uint32_t shards);
[[nodiscard]] ShardId shard_of(HashKey key, std::uint32_t shards);

[[nodiscard]] std::string to_decimal(HashKey key);

/// The hash key of a partition key: its MD5, read as a big-endian unsigned integer.
///
/// Thread: one at a time; holds a digest context, since making one costs more than hashing.
class KeyHasher {
public:
    KeyHasher();
    ~KeyHasher();
    KeyHasher(KeyHasher&&) noexcept;

    [[nodiscard]] HashKey operator()(std::string_view partition_key);

private:
    struct Digest;
    std::unique_ptr<Digest> digest_;
};

}  // namespace alleycat::stream
