#pragma once

#include "config.hpp"

#include <functional>

namespace alleycat::app {

// What a key may hold. A kind reads a written value into its type, says what is allowed, and writes it back.

/// A value as it was written, before its key gives it a meaning.
struct Value {
    enum class Form : std::uint8_t {
        Word,    ///< from a variable or a flag: it has no type of its own
        String,  ///< the others are what the file says they are
        Integer,
        Decimal,
        Boolean,
        List,  ///< `text` names these for a message
        Table,
        Other,  ///< a date or time
    };

    Form form{Form::Word};
    std::string text;
    std::vector<struct Member> members{};  ///< of a list or a table
};

struct Member {
    std::string key;  ///< empty in a list
    Value value;
    std::uint32_t line{0};
};

/// The value for a message: words and strings in quotes.
[[nodiscard]] std::string shown(const Value& value);

/// Why a value is refused, and what is allowed; without the place it stands at.
struct Complaint {
    std::string text;
};

template <class T>
struct Kind {
    std::string placeholder;  ///< for --help, such as "N"
    std::string allowed;      ///< completes "must be …"
    std::function<std::variant<T, Complaint>(const Value&)> read;
    std::function<std::string(const T&)> literal;  ///< as TOML
};

[[nodiscard]] Complaint must_be(const Value& value, std::string_view allowed);

/// A whole number from `low` to `high`.
[[nodiscard]] Kind<std::int64_t> integer(std::int64_t low, std::int64_t high);

/// A number from 0 to `high`.
[[nodiscard]] Kind<double> number_from_zero(double high);

/// A number above 0, up to `high`.
[[nodiscard]] Kind<double> positive_number(double high);

/// `low` and `high` included, as in the kinds below.
[[nodiscard]] Kind<std::chrono::milliseconds> duration(std::chrono::milliseconds low, std::chrono::milliseconds high);

/// A duration without a fraction of a second.
[[nodiscard]] Kind<std::chrono::seconds> whole_seconds(std::chrono::seconds low, std::chrono::seconds high);

/// A count of seconds: `300`, also `"300s"` or `"5m"`.
[[nodiscard]] Kind<std::chrono::seconds> second_count(std::chrono::seconds low, std::chrono::seconds high);

[[nodiscard]] Kind<std::uint64_t> size(std::uint64_t low, std::uint64_t high);

[[nodiscard]] Kind<bool> yes_or_no();

/// Where to listen; port 0 is any free port.
[[nodiscard]] Kind<Endpoint> listen_endpoint();

/// Where to connect to; empty: nowhere.
[[nodiscard]] Kind<std::optional<Endpoint>> optional_endpoint();

/// One line of UTF-8 that `accepts` takes.
[[nodiscard]] Kind<std::string> text(std::string allowed, std::function<bool(std::string_view)> accepts);

/// Words with commas between them, each of which `accepts` takes; empty: none.
[[nodiscard]] Kind<std::vector<std::string>> word_list(std::string allowed,
                                                       std::function<bool(std::string_view)> accepts);

[[nodiscard]] Kind<std::filesystem::path> path();
[[nodiscard]] Kind<std::filesystem::path> optional_path();  ///< empty: none

/// The kind of another type that holds every value of `kind`.
template <class To, class From>
[[nodiscard]] Kind<To> convert(Kind<From> kind)
{
    return {kind.placeholder, kind.allowed,
            [read = std::move(kind.read)](const Value& value) -> std::variant<To, Complaint> {
                const auto result = read(value);
                if (const auto* complaint = std::get_if<Complaint>(&result)) {
                    return *complaint;
                }
                return To(static_cast<To>(std::get<From>(result)));
            },
            [literal = std::move(kind.literal)](const To& value) { return literal(static_cast<From>(value)); }};
}

/// A whole number held in a narrower integer than 64 bits.
template <class T>
[[nodiscard]] Kind<T> whole_number(T low, T high)
{
    return convert<T>(integer(static_cast<std::int64_t>(low), static_cast<std::int64_t>(high)));
}

/// The place of the chosen word in `words`.
[[nodiscard]] Kind<std::size_t> word_of(std::vector<std::string> words);

/// One of the words; E's values are their places, from 0.
template <class E>
[[nodiscard]] Kind<E> choice(std::vector<std::string> words)
{
    return convert<E>(word_of(std::move(words)));
}

}  // namespace alleycat::app
