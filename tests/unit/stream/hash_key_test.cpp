#include <alleycat/stream/hash_key.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <random>
#include <string>
#include <vector>

using namespace alleycat;
using namespace alleycat::stream;

namespace {

/// A 128-bit integer as decimal digits, most significant first, to compute ranges as one does on paper.
using Digits = std::vector<int>;

Digits two_to_the_128th()
{
    Digits value{1};
    for (int doubling = 0; doubling < 128; ++doubling) {
        int carry = 0;
        for (auto digit = value.rbegin(); digit != value.rend(); ++digit) {
            const int sum = *digit * 2 + carry;
            *digit = sum % 10;
            carry = sum / 10;
        }
        if (carry != 0) {
            value.insert(value.begin(), carry);
        }
    }
    return value;
}

std::string text(const Digits& digits)
{
    std::string out;
    for (const int digit : digits) {
        if (digit != 0 || !out.empty()) {
            out.push_back(static_cast<char>('0' + digit));
        }
    }
    return out.empty() ? "0" : out;
}

Digits divided(const Digits& value, int divisor)
{
    Digits quotient;
    int remainder = 0;
    for (const int digit : value) {
        remainder = remainder * 10 + digit;
        quotient.push_back(remainder / divisor);
        remainder %= divisor;
    }
    return quotient;
}

Digits multiplied(const Digits& value, int factor)
{
    Digits product(value.size() + 3, 0);
    int carry = 0;
    for (std::size_t at = 0; at < product.size(); ++at) {
        const int digit = at < value.size() ? value[value.size() - 1 - at] : 0;
        const int sum = digit * factor + carry;
        product[product.size() - 1 - at] = sum % 10;
        carry = sum / 10;
    }
    return product;
}

HashKey from_hex(std::string_view hex)
{
    HashKey key = 0;
    for (const char digit : hex) {
        key = key * 16 + static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return key;
}

/// Shards of 1, 2 … 64, worked out with another program's MD5 and integers.
struct Routing {
    std::string key;
    std::string hash_key;
    std::array<unsigned, 64> shards;
};

const Routing kRoutings[] = {
    {"7", "190188081314515644627836686569786975555", {0,  1,  1,  2,  2,  3,  3,  4,  5,  5,  6,  6,  7,  7,  8,  8,
                                                      9,  10, 10, 11, 11, 12, 12, 13, 13, 14, 15, 15, 16, 16, 17, 17,
                                                      18, 19, 19, 20, 20, 21, 21, 22, 22, 23, 24, 24, 25, 25, 26, 26,
                                                      27, 27, 28, 29, 29, 30, 30, 31, 31, 32, 32, 33, 34, 34, 35, 35}},
    {"12", "257926471090385021762358474659294308112", {0,  1,  2,  3,  3,  4,  5,  6,  6,  7,  8,  9,  9,  10, 11, 12,
                                                       12, 13, 14, 15, 15, 16, 17, 18, 18, 19, 20, 21, 21, 22, 23, 24,
                                                       25, 25, 26, 27, 28, 28, 29, 30, 31, 31, 32, 33, 34, 34, 35, 36,
                                                       37, 37, 38, 39, 40, 40, 41, 42, 43, 43, 44, 45, 46, 46, 47, 48}},
    {"alleycat",
     "36676998959385048803715501669750695799",
     {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3,
      3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6}},
    {"a", "16955237001963240173058271559858726497", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1,
                                                     1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2,
                                                     2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3}},
    {"0", "276215275525073243129443018166533317850", {0,  1,  2,  3,  4,  4,  5,  6,  7,  8,  8,  9,  10, 11, 12, 12,
                                                      13, 14, 15, 16, 17, 17, 18, 19, 20, 21, 21, 22, 23, 24, 25, 25,
                                                      26, 27, 28, 29, 30, 30, 31, 32, 33, 34, 34, 35, 36, 37, 38, 38,
                                                      39, 40, 41, 42, 43, 43, 44, 45, 46, 47, 47, 48, 49, 50, 51, 51}},
    {"Zo\xc3\xab",
     "333992861681581147475260132198757941524",
     {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62}},
    {"\xe8\x87\xaa\xe8\xbb\xa2\xe8\xbb\x8a",
     "193968501782373404925405891826003453789",
     {0,  1,  1,  2,  2,  3,  3,  4,  5,  5,  6,  6,  7,  7,  8,  9,  9,  10, 10, 11, 11, 12,
      13, 13, 14, 14, 15, 15, 16, 17, 17, 18, 18, 19, 19, 20, 21, 21, 22, 22, 23, 23, 24, 25,
      25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 31, 31, 32, 33, 33, 34, 34, 35, 35, 36}},
    {"racer-\xf0\x9f\x9a\xb4",
     "158946091849401659761189078650823194682",
     {0,  0,  1,  1,  2,  2,  3,  3,  4,  4,  5,  5,  6,  6,  7,  7,  7,  8,  8,  9,  9,  10,
      10, 11, 11, 12, 12, 13, 13, 14, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20,
      21, 21, 21, 22, 22, 23, 23, 24, 24, 25, 25, 26, 26, 27, 27, 28, 28, 28, 29, 29}},
    {std::string(256, 'x'),
     "265353499944959180620795534685136097465",
     {0,  1,  2,  3,  3,  4,  5,  6,  7,  7,  8,  9,  10, 10, 11, 12, 13, 14, 14, 15, 16, 17,
      17, 18, 19, 20, 21, 21, 22, 23, 24, 24, 25, 26, 27, 28, 28, 29, 30, 31, 31, 32, 33, 34,
      35, 35, 36, 37, 38, 38, 39, 40, 41, 42, 42, 43, 44, 45, 46, 46, 47, 48, 49, 49}},
};

}  // namespace

TEST_CASE("shard i of n starts at floor(2^128/n)*i", "[stream][hash]")
{
    const auto whole = two_to_the_128th();
    REQUIRE(text(whole) == "340282366920938463463374607431768211456");
    for (int shards = 1; shards <= 64; ++shards) {
        const auto width = divided(whole, shards);
        for (int shard = 0; shard < shards; ++shard) {
            CAPTURE(shards, shard);
            const auto range =
                hash_key_range(ShardId{static_cast<std::uint32_t>(shard)}, static_cast<std::uint32_t>(shards));
            CHECK(to_decimal(range.first) == text(multiplied(width, shard)));
        }
    }
}

TEST_CASE("the ranges of a stream's shards cover every key once", "[stream][hash]")
{
    for (std::uint32_t shards = 1; shards <= 64; ++shards) {
        CAPTURE(shards);
        CHECK((hash_key_range(ShardId{0}, shards).first == 0));
        CHECK((hash_key_range(ShardId{shards - 1}, shards).last == kMaxHashKey));
        for (std::uint32_t shard = 1; shard < shards; ++shard) {
            const auto before = hash_key_range(ShardId{shard - 1}, shards);
            const auto range = hash_key_range(ShardId{shard}, shards);
            CHECK((before.last + 1 == range.first));
            CHECK((range.first <= range.last));
        }
    }
}

TEST_CASE("a key belongs to the shard whose range holds it, also at each border", "[stream][hash]")
{
    for (std::uint32_t shards = 1; shards <= 64; ++shards) {
        for (std::uint32_t shard = 0; shard < shards; ++shard) {
            CAPTURE(shards, shard);
            const auto range = hash_key_range(ShardId{shard}, shards);
            CHECK(shard_of(range.first, shards) == ShardId{shard});
            CHECK(shard_of(range.last, shards) == ShardId{shard});
            if (shard > 0) {
                CHECK(shard_of(range.first - 1, shards) == ShardId{shard - 1});
            }
            if (shard + 1 < shards) {
                CHECK(shard_of(range.last + 1, shards) == ShardId{shard + 1});
            }
        }
    }
    std::mt19937_64 random(1);
    for (int n = 0; n < 10'000; ++n) {
        const auto key = HashKey{random()} << 64 | random();
        const auto shards = static_cast<std::uint32_t>(random() % 300 + 1);
        const auto range = hash_key_range(shard_of(key, shards), shards);
        REQUIRE((range.first <= key && key <= range.last));
    }
}

TEST_CASE("the number of shards may be as large as its type", "[stream][hash]")
{
    constexpr auto kShards = UINT32_MAX;
    CHECK(shard_of(0, kShards) == ShardId{0});
    CHECK(shard_of(kMaxHashKey, kShards) == ShardId{kShards - 1});
    CHECK((hash_key_range(ShardId{kShards - 1}, kShards).last == kMaxHashKey));
}

TEST_CASE("a hash key prints in decimal", "[stream][hash]")
{
    CHECK(to_decimal(0) == "0");
    CHECK(to_decimal(10) == "10");
    CHECK(to_decimal(kMaxHashKey) == "340282366920938463463374607431768211455");
    CHECK(to_decimal(HashKey{1} << 127) == "170141183460469231731687303715884105728");
}

TEST_CASE("a partition key's hash key is its MD5, big-endian", "[stream][hash]")
{
    KeyHasher hash;
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "d41d8cd98f00b204e9800998ecf8427e"},  // no key, but the hash of the RFC's first vector
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
        {"7", "8f14e45fceea167a5a36dedd4bea2543"},
        {"42", "a1d0c6e83f027327d8461063f4ac58a6"},
        {"Zo\xC3\xAB", "fb44af73417cf03c023d098e7f07c114"},
        {"\xE2\x82\xAC", "bca53fde466a76b7bee3e18997e94a7a"},
    };
    for (const auto& [key, hex] : table) {
        CAPTURE(key);
        CHECK((hash(key) == from_hex(hex)));
        CHECK((hash(key) == from_hex(hex)));  // the context is reused, and holds nothing over
    }
    KeyHasher moved(std::move(hash));
    CHECK((moved("a") == from_hex("0cc175b9c0f1b6a831c399e269772661")));
}

TEST_CASE("a partition key is routed as published, for 1 to 64 shards", "[stream][hash]")
{
    KeyHasher hash;
    for (const auto& [key, hash_key, shards] : kRoutings) {
        CAPTURE(key);
        CHECK(to_decimal(hash(key)) == hash_key);
        for (std::uint32_t count = 1; count <= shards.size(); ++count) {
            CAPTURE(count);
            const auto shard = shard_of(hash(key), count);
            CHECK(raw(shard) == shards[count - 1]);
            const auto range = hash_key_range(shard, count);
            CHECK((range.first <= hash(key) && hash(key) <= range.last));
        }
    }
}
