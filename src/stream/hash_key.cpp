#include <alleycat/stream/hash_key.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace alleycat::stream {

namespace {

/// floor(2^128/shards), for at least two shards.
HashKey width(std::uint32_t shards)
{
    return kMaxHashKey / shards + (kMaxHashKey % shards == shards - 1 ? 1 : 0);
}

}  // namespace

HashKeyRange hash_key_range(ShardId shard, std::uint32_t shards)
{
    if (shards == 1) {
        return {0, kMaxHashKey};
    }
    const auto first = width(shards) * raw(shard);
    return {first, raw(shard) + 1 == shards ? kMaxHashKey : first + width(shards) - 1};
}

ShardId shard_of(HashKey key, std::uint32_t shards)
{
    if (shards == 1) {
        return ShardId{0};
    }
    const auto shard = static_cast<std::uint64_t>(key / width(shards));
    return ShardId{static_cast<std::uint32_t>(std::min<std::uint64_t>(shard, shards - 1))};
}

std::string to_decimal(HashKey key)
{
    std::string digits;
    do {
        digits.push_back(static_cast<char>('0' + static_cast<int>(key % 10)));
        key /= 10;
    } while (key != 0);
    std::reverse(digits.begin(), digits.end());
    return digits;
}

struct KeyHasher::Digest {
    EVP_MD* md5{EVP_MD_fetch(nullptr, "MD5", nullptr)};
    EVP_MD_CTX* context{EVP_MD_CTX_new()};

    Digest() = default;
    Digest(const Digest&) = delete;
    Digest& operator=(const Digest&) = delete;
    ~Digest()
    {
        EVP_MD_CTX_free(context);
        EVP_MD_free(md5);
    }
};

KeyHasher::KeyHasher() : digest_(std::make_unique<Digest>())
{
    if (digest_->md5 == nullptr || digest_->context == nullptr) {
        throw std::runtime_error(
            "the OpenSSL library on this machine offers no MD5, which the stream's routing is made of");
    }
}

KeyHasher::~KeyHasher() = default;
KeyHasher::KeyHasher(KeyHasher&&) noexcept = default;

HashKey KeyHasher::operator()(std::string_view partition_key)
{
    unsigned char bytes[16];
    if (EVP_DigestInit_ex(digest_->context, digest_->md5, nullptr) != 1 ||
        EVP_DigestUpdate(digest_->context, partition_key.data(), partition_key.size()) != 1 ||
        EVP_DigestFinal_ex(digest_->context, bytes, nullptr) != 1) {
        throw std::runtime_error("OpenSSL could not compute an MD5");
    }
    HashKey key = 0;
    for (const auto byte : bytes) {
        key = key << 8 | byte;
    }
    return key;
}

}  // namespace alleycat::stream
