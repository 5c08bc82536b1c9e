#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace alleycat::ranking {

// The state of all open races as bytes, numbers little-endian, doubles as IEEE 754 has them, times in ms since the
// epoch:
//
//   state   version u8 (4), race length u32, races u32, the races by ascending class and race id
//   race    class u32, race i64, bytes of the rest of this race u64 (so that a class no longer configured is skipped),
//           order of its first and of its latest record u64 u64, their arrival i64 i64, racers u32, the racers,
//           from version 3 on released seconds u32, the released by ascending racer and second
//   racer   id u64, latest second that counts u32, finished u8, final second u32 (0: none), from version 3 on
//           unverified u8, arrival of the score u64, arrival of the first and the latest record i64 i64, the history's
//           best at the latest second before the race f64 (NaN: none), second of the record told last u32, name's bytes
//           u16, name, seconds u32, outputs at seconds 1 … so many f64 each (NaN: not ridden)
//   released  racer u64, second u32, output f64
//
// Versions 2 and 3 are read as well: there the final second is a u8, whether the latest one is it, and the seconds are
// left out, since they end with the latest.
static_assert(std::endian::native == std::endian::little);

class StateWriter {
public:
    template <class T>
    void number(T value)
    {
        static_assert(std::is_arithmetic_v<T>);
        char bytes[sizeof value];
        std::memcpy(bytes, &value, sizeof value);
        bytes_.append(bytes, sizeof value);
    }
    template <class T>
    void numbers(std::span<const T> values)
    {
        bytes_.append(std::string_view(reinterpret_cast<const char*>(values.data()), values.size_bytes()));
    }
    void text(std::string_view text) { bytes_.append(text); }

    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    [[nodiscard]] std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

/// Past the end of the bytes all reads give nothing, and good() turns false for ever.
class StateReader {
public:
    explicit StateReader(std::string_view bytes) : rest_(bytes) {}

    template <class T>
    [[nodiscard]] T number()
    {
        static_assert(std::is_arithmetic_v<T>);
        T value{};
        if (const auto bytes = text(sizeof value); good_) {
            std::memcpy(&value, bytes.data(), sizeof value);
        }
        return value;
    }
    template <class T>
    [[nodiscard]] std::vector<T> numbers(std::size_t count)
    {
        const auto bytes = text(count * sizeof(T));
        std::vector<T> values(bytes.size() / sizeof(T));
        if (!values.empty()) {
            std::memcpy(values.data(), bytes.data(), bytes.size());
        }
        return values;
    }
    /// Points into what is read.
    [[nodiscard]] std::string_view text(std::uint64_t bytes)
    {
        good_ = good_ && bytes <= rest_.size();
        if (!good_) {
            return {};
        }
        const auto text = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return text;
    }

    [[nodiscard]] bool good() const { return good_; }
    /// Everything was there, and nothing is behind it.
    [[nodiscard]] bool ended_well() const { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_{true};
};

}  // namespace alleycat::ranking
