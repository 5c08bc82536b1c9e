#include <alleycat/commitlog/checkpoint.hpp>
#include <alleycat/core/crc32c.hpp>
#include <alleycat/core/directory.hpp>
#include <alleycat/core/replacement_file.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace alleycat::commitlog {

namespace {

// The file: this word, the number of shards, a position each, the state, and the CRC-32C of it all.
constexpr std::uint64_t kCheckpointMagic = 0x3170'6B63'7961'656CULL;  // "leaykcp1"
constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::size_t kCrcBytes = sizeof(std::uint32_t);

std::span<const std::byte> as_bytes(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

void append_word(std::string& text, std::uint64_t word)
{
    text.append(reinterpret_cast<const char*>(&word), kWord);
}

std::uint64_t word_at(std::string_view text, std::size_t at)
{
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, kWord);
    return word;
}

}  // namespace

Result<void> save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint)
{
    std::error_code unknown;
    if (const auto directory = path.parent_path(); !std::filesystem::is_directory(directory, unknown)) {
        if (const auto made = make_directory(directory); !made) {
            return made;
        }
    }
    std::string head;
    append_word(head, kCheckpointMagic);
    append_word(head, checkpoint.applied.size());
    for (const auto sequence : checkpoint.applied) {
        append_word(head, sequence);
    }
    const auto crc = crc32c(as_bytes(checkpoint.state), crc32c(as_bytes(head)));
    const std::array<std::string_view, 3> parts{head, checkpoint.state,
                                                std::string_view(reinterpret_cast<const char*>(&crc), kCrcBytes)};
    auto file = ReplacementFile::create(path);
    if (!file) {
        return file.error();
    }
    if (const auto written = file->write(parts); !written) {
        return written;
    }
    const auto committed = file->commit();
    return committed ? Result<void>() : Result<void>(committed.error());
}

Result<std::optional<Checkpoint>> load_checkpoint(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return errno == ENOENT ? Result<std::optional<Checkpoint>>(std::nullopt) : last_system_error();
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto head_bytes = 2 * kWord;
    if (text.size() < head_bytes + kCrcBytes || word_at(text, 0) != kCheckpointMagic) {
        return Errc::CorruptFile;
    }
    const auto checked = std::string_view(text).substr(0, text.size() - kCrcBytes);
    std::uint32_t crc = 0;
    std::memcpy(&crc, text.data() + checked.size(), kCrcBytes);
    const auto shards = word_at(text, kWord);
    if (crc != crc32c(as_bytes(checked)) || shards > (checked.size() - head_bytes) / kWord) {
        return Errc::CorruptFile;
    }
    Checkpoint checkpoint;
    for (std::size_t shard = 0; shard < shards; ++shard) {
        checkpoint.applied.push_back(word_at(text, head_bytes + shard * kWord));
    }
    checkpoint.state = checked.substr(head_bytes + shards * kWord);
    return std::optional(std::move(checkpoint));
}

}  // namespace alleycat::commitlog
