#include <alleycat/commitlog/set_aside.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace alleycat::commitlog {

namespace {

constexpr std::uint64_t kCopyChunkBytes = 256 * 1024;

}  // namespace

Result<std::filesystem::path> set_aside(Disk& disk, const DamagedRegion& region)
{
    const auto directory = region.path.parent_path() / "set-aside";
    if (const auto made = disk.make_directory(directory); !made) {
        return made.error();
    }
    const auto from = disk.open(region.path);
    if (!from) {
        return from.error();
    }
    auto path = directory / fmt::format("{:010}-{}.bytes", region.segment, region.offset);
    const auto to = disk.create(path);
    if (!to) {
        return to.error();
    }
    std::vector<std::byte> chunk(std::min(region.bytes, kCopyChunkBytes));
    for (std::uint64_t done = 0; done < region.bytes;) {
        const auto wanted = std::min<std::uint64_t>(chunk.size(), region.bytes - done);
        const auto got = (*from)->read_at(region.offset + done, std::span(chunk).first(wanted));
        if (!got) {
            return got.error();
        }
        if (*got == 0) {
            break;  // the region goes on behind the end of its file, where there is nothing to keep
        }
        if (const auto written = write_all(**to, done, std::span(chunk).first(*got)); !written) {
            return written.error();
        }
        done += *got;
    }
    return path;
}

}  // namespace alleycat::commitlog
