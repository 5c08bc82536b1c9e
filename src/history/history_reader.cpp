#include "history_reader.hpp"

#include "published_file.hpp"

#include <alleycat/history/gunzip.hpp>

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace alleycat::history {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view wrong)
{
    throw std::runtime_error(fmt::format("history file {}: {}", path.string(), wrong));
}

[[noreturn]] void refuse(const std::filesystem::path& path, const boost::system::error_code& error)
{
    refuse(path, error == Errc::CorruptFile ? "it is not one whole gzip file" : error.message());
}

std::string unzip(const std::filesystem::path& path, int fd)
{
    constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
    Gunzip gunzip(fd);
    std::string text;
    std::size_t filled = 0;
    do {
        if (text.size() - filled < kChunkBytes) {
            text.resize(text.size() * 2 + kChunkBytes);
        }
        const auto count = gunzip.read(std::span(text).subspan(filled));
        if (!count) {
            refuse(path, count.error());
        }
        if (*count == 0) {
            break;
        }
        filled += *count;
    } while (true);
    text.resize(filled);
    return text;
}

/// The checksum of the file's bytes, and how it was written.
std::pair<Checksum, bool> scan(const std::filesystem::path& path, int fd)
{
    Checksum stored;
    bool in_pieces = false;
    std::array<char, 65'536> buffer{};
    while (true) {
        const auto count = read_at(fd, stored.length, buffer);
        if (!count) {
            refuse(path, count.error());
        }
        const std::string_view bytes(buffer.data(), *count);
        in_pieces = stored.length == 0 ? written_as_pieces(bytes) : in_pieces;
        stored.add(bytes);
        if (bytes.size() < buffer.size()) {
            return {stored, in_pieces};
        }
    }
}

}  // namespace

LoadedHistory load_history(const std::filesystem::path& path, std::uint32_t seconds, BestTable& table)
{
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno == ENOENT) {
        return {};
    }
    if (!fd) {
        refuse(path, last_system_error());
    }
    auto text = unzip(path, fd.get());
    const auto unzipped_bytes = text.size();
    if (const auto wrong = merge_text(std::move(text), seconds, table); !wrong.empty()) {
        refuse(path, wrong);
    }
    const auto [stored, in_pieces] = scan(path, fd.get());
    auto file = describe(std::move(fd), stored, unzipped_bytes);
    if (!file) {
        refuse(path, file.error());
    }
    return {std::move(*file), in_pieces};
}

}  // namespace alleycat::history
