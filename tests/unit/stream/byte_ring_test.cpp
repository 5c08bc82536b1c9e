#include "byte_ring.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace alleycat::stream;

namespace {

bool push(ByteRing& ring, std::string_view bytes)
{
    const auto room = ring.try_reserve(bytes.size());
    if (room.end != 0) {
        ring.fill(room, [&](std::byte* to) { std::memcpy(to, bytes.data(), bytes.size()); });
    }
    return room.end != 0;
}

std::vector<std::string> visit(const ByteRing& ring, ByteRing::Visited& visited, std::size_t max_frames = SIZE_MAX,
                               std::size_t max_bytes = SIZE_MAX)
{
    std::vector<std::string> frames;
    visited = ring.visit(visited.end, max_frames, max_bytes, [&](std::span<const std::byte> frame) {
        frames.emplace_back(reinterpret_cast<const char*>(frame.data()), frame.size());
    });
    CHECK(visited.frames == frames.size());
    return frames;
}

/// Visits frames and gives their room back.
std::vector<std::string> drain(ByteRing& ring, std::size_t max_bytes = SIZE_MAX)
{
    ByteRing::Visited visited{ring.head(), 0};
    auto frames = visit(ring, visited, SIZE_MAX, max_bytes);
    ring.release(visited.end);
    return frames;
}

/// A frame of `size` bytes that says who made it, as which, and carries a checksum of itself.
std::string signed_frame(std::uint32_t producer, std::uint32_t number, std::size_t size, std::mt19937& random)
{
    std::string frame(size, '\0');
    for (auto& byte : frame) {
        byte = static_cast<char>(random());
    }
    std::memcpy(frame.data(), &producer, 4);
    std::memcpy(frame.data() + 4, &number, 4);
    const auto sum =
        std::accumulate(frame.begin(), frame.end() - 4, std::uint32_t{17},
                        [](std::uint32_t so_far, char byte) { return so_far * 31 + static_cast<unsigned char>(byte); });
    std::memcpy(frame.data() + size - 4, &sum, 4);
    return frame;
}

/// Checks the frame's checksum; returns its producer and number.
std::optional<std::pair<std::uint32_t, std::uint32_t>> signature(std::span<const std::byte> frame)
{
    if (frame.size() < 12) {
        return std::nullopt;
    }
    const auto sum =
        std::accumulate(frame.begin(), frame.end() - 4, std::uint32_t{17},
                        [](std::uint32_t so_far, std::byte byte) { return so_far * 31 + static_cast<unsigned>(byte); });
    std::uint32_t words[3];
    std::memcpy(words, frame.data(), 8);
    std::memcpy(words + 2, frame.data() + frame.size() - 4, 4);
    return words[2] == sum ? std::optional(std::pair(words[0], words[1])) : std::nullopt;
}

}  // namespace

TEST_CASE("frames come out of a ring in the order they went in", "[stream][ring]")
{
    ByteRing ring(4096);
    CHECK(ring.size() == 0);
    CHECK(drain(ring).empty());
    REQUIRE(push(ring, "a"));
    REQUIRE(push(ring, std::string(8, 'b')));
    REQUIRE(push(ring, std::string(1024, 'c')));
    CHECK(ring.size() > 1033);
    CHECK(drain(ring) == std::vector<std::string>{"a", std::string(8, 'b'), std::string(1024, 'c')});
    CHECK(ring.size() == 0);
    CHECK(drain(ring).empty());
}

TEST_CASE("a ring's capacity is rounded up to a power of two", "[stream][ring]")
{
    CHECK(ByteRing(1).capacity() == 4096);
    CHECK(ByteRing(4096).capacity() == 4096);
    CHECK(ByteRing(4097).capacity() == 8192);
    CHECK(ByteRing(3 * 1024 * 1024).capacity() == 4 * 1024 * 1024);
}

TEST_CASE("a full ring refuses, and takes again what was given back", "[stream][ring]")
{
    ByteRing ring(4096);
    for (int n = 0; n < 256; ++n) {  // 8 bytes and a header word each: full to the last byte
        REQUIRE(push(ring, "frame" + std::to_string(100 + n)));
    }
    CHECK(ring.size() == ring.capacity());
    CHECK_FALSE(push(ring, "x"));
    CHECK(drain(ring, 1) == std::vector<std::string>{"frame100"});
    CHECK(push(ring, "x"));
    CHECK_FALSE(push(ring, "y"));
    const auto rest = drain(ring);
    REQUIRE(rest.size() == 256);
    CHECK(rest.front() == "frame101");
    CHECK(rest.back() == "x");
}

TEST_CASE("a refused frame is not filled and leaves no trace", "[stream][ring]")
{
    ByteRing ring(4096);
    for (int n = 0; n < 3; ++n) {
        REQUIRE(push(ring, std::string(1024, 'x')));
    }
    CHECK(ring.try_reserve(1024).end == 0);
    CHECK(drain(ring).size() == 3);
    CHECK(ring.size() == 0);
}

TEST_CASE("a visit stops at about the bytes it may take", "[stream][ring]")
{
    ByteRing ring(8192);
    for (int n = 0; n < 50; ++n) {
        REQUIRE(push(ring, std::string(56, 'x')));  // 64 bytes with its header
    }
    CHECK(drain(ring, 640).size() == 10);
    CHECK(drain(ring, 641).size() == 11);
    CHECK(drain(ring).size() == 29);
}

TEST_CASE("frames may be visited as often as one likes, and only a release gives their room back", "[stream][ring]")
{
    ByteRing ring(4096);
    for (int n = 0; n < 3; ++n) {
        REQUIRE(push(ring, std::to_string(n) + std::string(1023, 'x')));
    }
    ByteRing::Visited first{ring.head(), 0};
    CHECK(visit(ring, first, 2).size() == 2);
    ByteRing::Visited again{ring.head(), 0};
    CHECK(visit(ring, again).size() == 3);
    auto rest = first;
    CHECK(visit(ring, rest).at(0).front() == '2');
    CHECK(rest.end == again.end);
    CHECK(rest.end == ring.tail());
    CHECK_FALSE(push(ring, std::string(1024, 'y')));
    ring.release(first.end);
    CHECK(ring.head() == first.end);
    CHECK(push(ring, std::string(1024, 'y')));
    CHECK(visit(ring, rest).size() == 1);  // behind what was visited before the release
    CHECK(drain(ring).size() == 2);
}

TEST_CASE("a frame's place is where the visit that shows it ends, also round the end of the ring", "[stream][ring]")
{
    ByteRing ring(4096);
    std::mt19937 random(5);
    std::size_t before = 0;
    for (int n = 0; n < 1'000; ++n) {
        const auto room = ring.try_reserve(1 + random() % 1024);
        ring.fill(room, [](std::byte*) {});
        const auto place = room.end;
        REQUIRE(place > before);
        before = place;
        ByteRing::Visited visited{ring.head(), 0};
        REQUIRE(visit(ring, visited).size() == 1);
        REQUIRE(visited.end == place);
        ring.release(visited.end);
    }
}

TEST_CASE("frames of any size go round and round a ring", "[stream][ring]")
{
    std::mt19937 random(3);
    ByteRing ring(4096);
    std::deque<std::string> expected;
    std::size_t refused = 0;
    for (int step = 0; step < 100'000; ++step) {
        if (random() % 3 != 0) {
            const std::string frame(1 + random() % 1024, static_cast<char>(random()));
            if (push(ring, frame)) {
                expected.push_back(frame);
            } else {
                ++refused;
                // A frame is never split: at most it and what it skips at the end are missing.
                REQUIRE(ring.size() + 2 * (frame.size() + 16) > ring.capacity());
            }
        } else {
            for (const auto& frame : drain(ring, random() % 2048)) {
                if (expected.empty() || frame != expected.front()) {
                    FAIL("step " << step << ": not the frame that is due");
                }
                expected.pop_front();
            }
        }
        if (ring.size() > ring.capacity()) {
            FAIL("step " << step << ": more in use than there is");
        }
    }
    CHECK(refused > 100);
    const auto rest = drain(ring);
    CHECK(std::equal(rest.begin(), rest.end(), expected.begin(), expected.end()));
}

TEST_CASE("each producer's frames arrive whole and in order, and none is lost", "[stream][ring]")
{
    constexpr std::uint32_t kProducers = 4;
    constexpr std::uint32_t kFrames = 10'000;
    ByteRing ring(16 * 1024);
    std::vector<std::thread> producers;
    for (std::uint32_t producer = 0; producer < kProducers; ++producer) {
        producers.emplace_back([&ring, producer] {
            std::mt19937 random(producer);
            for (std::uint32_t number = 0; number < kFrames; ++number) {
                const auto frame = signed_frame(producer, number, 12 + random() % 300, random);
                while (!push(ring, frame)) {
                    std::this_thread::yield();
                }
            }
        });
    }
    std::vector<std::uint32_t> next(kProducers, 0);
    std::size_t torn = 0;
    std::size_t out_of_order = 0;
    const auto all = std::size_t{kProducers} * kFrames;
    for (std::size_t received = 0; received < all;) {
        const auto visited = ring.visit(ring.head(), SIZE_MAX, 4096, [&](std::span<const std::byte> frame) {
            const auto from = signature(frame);
            if (!from || from->first >= kProducers) {
                ++torn;
            } else if (next[from->first]++ != from->second) {
                ++out_of_order;
            }
        });
        ring.release(visited.end);
        received += visited.frames;
        if (visited.frames == 0) {
            std::this_thread::yield();
        }
    }
    for (auto& producer : producers) {
        producer.join();
    }
    CHECK(torn == 0);
    CHECK(out_of_order == 0);
    CHECK(next == std::vector<std::uint32_t>(kProducers, kFrames));
    CHECK(ring.size() == 0);
}
