#include <alleycat/archive/line_file.hpp>
#include <alleycat/telemetry/record_reader.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace alleycat::archive {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

}  // namespace

Result<LineFile> LineFile::open(const std::filesystem::path& path, Kind kind)
{
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return last_system_error();
    }
    return LineFile(std::move(fd), kind);
}

LineFile::LineFile(UniqueFd fd, Kind kind) : fd_(std::move(fd))
{
    if (kind == Kind::Gzip) {
        gunzip_.emplace(fd_.get());
    }
}

Result<std::string_view> LineFile::next()
{
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(given_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
    filled_ -= given_;
    given_ = 0;
    for (auto searched = filled_;;) {
        const auto more = read_more();
        if (!more) {
            return more.error();
        }
        const auto added = std::string_view(buffer_).substr(searched, *more);
        if (*more == 0) {
            given_ = filled_;  // the last line may have no end
        } else if (const auto end = added.rfind('\n'); end != std::string_view::npos) {
            given_ = searched + end + 1;
        } else if (filled_ > kMaxLineBytes) {
            return Errc::TooLarge;
        }
        if (given_ != 0 || *more == 0) {
            return std::string_view(buffer_).substr(0, given_);
        }
        searched = filled_;
    }
}

Result<std::size_t> LineFile::read_more()
{
    const auto wanted = filled_ + kChunkBytes + telemetry::RecordReader::kPadding;
    if (buffer_.size() < wanted) {
        buffer_.resize(std::max(wanted, filled_ * 2));
    }
    const auto room = std::span(buffer_).subspan(filled_, kChunkBytes);
    const auto got = gunzip_ ? gunzip_->read(room) : read_plain(room);
    filled_ += got ? *got : 0;
    return got;
}

Result<std::size_t> LineFile::read_plain(std::span<char> out)
{
    for (;;) {
        const auto count = ::read(fd_.get(), out.data(), out.size());
        if (count >= 0) {
            return static_cast<std::size_t>(count);
        }
        if (errno != EINTR) {
            return last_system_error();
        }
    }
}

}  // namespace alleycat::archive
