#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace alleycat::stream {

/// A bounded queue of byte frames in one block of memory, lock-free.
///
/// Thread: any number of producers call try_reserve() and fill(); one consumer calls the rest.
/// Order:  frames come out in the order in which their producers reserved room, so each producer's stay in order.
/// Full:   try_reserve() refuses.
///
/// Read:   the consumer visits frames as often as it likes, then gives their room back.
///
/// A frame is a header word (its size, or 0 while it is being written) and its bytes, in whole words. Room is zeroed
/// before it is given back, so that a header word is 0 until its frame is complete. A position counts the bytes that
/// were ever reserved before it.
class ByteRing {
public:
    /// `capacity_bytes`: rounded up to a power of two, at least 4 KiB.
    explicit ByteRing(std::size_t capacity_bytes)
        : capacity_(std::bit_ceil(std::max<std::size_t>(capacity_bytes, 4096))),
          words_(std::make_unique<std::uint64_t[]>(capacity_ / kWord))
    {
    }

    [[nodiscard]] std::size_t capacity() const { return capacity_; }

    /// Bytes in use; while others work on the ring, an estimate from 0 to capacity().
    [[nodiscard]] std::size_t size() const
    {
        const auto head = head_.load(std::memory_order_acquire);  // first, so that it is never ahead of the tail
        return std::min(tail_.load(std::memory_order_relaxed) - head, capacity_);
    }

    /// The position behind everything given back; and behind everything reserved. Any thread.
    [[nodiscard]] std::size_t head() const { return head_.load(std::memory_order_acquire); }
    [[nodiscard]] std::size_t tail() const { return tail_.load(std::memory_order_relaxed); }

    /// Room for one frame.
    struct Room {
        std::size_t position{0};
        std::size_t size{0};
        std::size_t end{0};  ///< the position behind the frame; 0: there is no room
    };

    /// Reserves room, which fill() must follow: until then the consumer gets no further. `size`: 1 … capacity/2 - 8.
    [[nodiscard]] Room try_reserve(std::size_t size)
    {
        const auto need = kWord + (size + kWord - 1) / kWord * kWord;
        auto tail = tail_.load(std::memory_order_relaxed);
        std::size_t padding = 0;
        do {
            const auto to_end = capacity_ - (tail & (capacity_ - 1));
            padding = need <= to_end ? 0 : to_end;  // a frame is never split
            // Signed: a tail read before other producers moved it may lie behind the head. Then the exchange fails.
            const auto end = tail + padding + need;
            const auto used = static_cast<std::ptrdiff_t>(end - head_.load(std::memory_order_seq_cst));
            if (used > static_cast<std::ptrdiff_t>(capacity_)) {
                return {};
            }
        } while (!tail_.compare_exchange_weak(tail, tail + padding + need, std::memory_order_relaxed));
        if (padding != 0) {
            header(tail).store(padding | kPadding, std::memory_order_release);
        }
        return {tail + padding, size, tail + padding + need};
    }

    /// Calls `write(std::byte* room)`, which writes the frame's bytes, and makes the frame visible to the consumer.
    template <class Write>
    void fill(const Room& room, Write write)
    {
        write(bytes(room.position) + kWord);
        header(room.position).store(room.size, std::memory_order_release);
    }

    struct Visited {
        std::size_t end{0};  ///< the position behind the last frame
        std::size_t frames{0};
    };

    /// Calls `visit(std::span<const std::byte>)` for the complete frames from `position` on, at most `max_frames`, and
    /// none once `max_bytes` were passed.
    template <class Visit>
    Visited visit(std::size_t position, std::size_t max_frames, std::size_t max_bytes, Visit visit) const
    {
        Visited visited{position, 0};
        const auto end_of_ring = head_.load(std::memory_order_relaxed) + capacity_;  // where a full one begins again
        while (visited.frames < max_frames && visited.end - position < max_bytes && visited.end != end_of_ring) {
            const auto word = header(visited.end).load(std::memory_order_acquire);
            if (word == 0) {
                break;
            }
            if ((word & kPadding) != 0) {
                visited.end += word & ~kPadding;
                continue;
            }
            visit(std::span<const std::byte>(bytes(visited.end) + kWord, word));
            visited.end += kWord + (word + kWord - 1) / kWord * kWord;
            ++visited.frames;
        }
        return visited;
    }

    /// Gives back the room of all frames before `end`, a position that visit() returned.
    void release(std::size_t end)
    {
        const auto head = head_.load(std::memory_order_relaxed);
        const auto until_wrap = std::min(end - head, capacity_ - (head & (capacity_ - 1)));
        std::memset(bytes(head), 0, until_wrap);
        std::memset(words_.get(), 0, end - head - until_wrap);
        head_.store(end, std::memory_order_seq_cst);
    }

private:
    static constexpr std::size_t kWord = sizeof(std::uint64_t);
    static constexpr std::uint64_t kPadding = std::uint64_t{1} << 63;

    [[nodiscard]] std::uint64_t& word(std::size_t position) const
    {
        return words_[(position & (capacity_ - 1)) / kWord];
    }
    [[nodiscard]] std::atomic_ref<std::uint64_t> header(std::size_t position) const
    {
        return std::atomic_ref(word(position));
    }
    [[nodiscard]] std::byte* bytes(std::size_t position) const { return reinterpret_cast<std::byte*>(&word(position)); }

    const std::size_t capacity_;
    const std::unique_ptr<std::uint64_t[]> words_;
    alignas(64) std::atomic<std::size_t> tail_{0};  // producers: bytes ever reserved
    alignas(64) std::atomic<std::size_t> head_{0};  // consumer: bytes ever given back
};

}  // namespace alleycat::stream
