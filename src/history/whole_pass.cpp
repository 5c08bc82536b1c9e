#include "whole_pass.hpp"

#include "published_file.hpp"

#include <alleycat/history/history_text.hpp>

#include <utility>

namespace alleycat::history {

namespace {

constexpr std::size_t kSliceBytes = std::size_t{1} << 20;

}  // namespace

Result<WholePass> WholePass::start(const std::filesystem::path& path, std::shared_ptr<const ClassBests> bests)
{
    auto file = ReplacementFile::create(path);
    if (!file) {
        return file.error();
    }
    return WholePass(std::move(*file), std::move(bests));
}

WholePass::WholePass(ReplacementFile file, std::shared_ptr<const ClassBests> bests)
    : file_(std::move(file)), bests_(std::move(bests)), deflater_(kWholeLevel), last_(bests_->last_second())
{
}

Result<std::shared_ptr<const HistoryFile>> WholePass::step()
{
    auto compressed = stored_.length == 0 ? gzip_header(Compression::Whole) : std::string();
    take_slice();
    text_.add(slice_);
    deflater_.append(compressed, slice_, finished() ? Deflater::End::Stream : Deflater::End::None);
    compressed.append(finished() ? gzip_trailer(text_) : "");
    stored_.add(compressed);
    const std::string_view part = compressed;
    if (const auto written = file_.write({&part, 1}); !written) {
        return written.error();
    }
    if (!finished()) {
        return nullptr;
    }
    auto reader = file_.commit();
    if (!reader) {
        return reader.error();
    }
    return describe(std::move(*reader), stored_, text_.length);
}

void WholePass::take_slice()
{
    slice_.clear();
    if (text_.length == 0) {
        slice_.append(1, '{');
    }
    for (; !finished() && slice_.size() < kSliceBytes; ++next_) {
        if (const auto* outputs = bests_->at(next_); outputs != nullptr) {
            slice_.append(text_.length + slice_.size() > 1 ? "," : "");
            append_second(slice_, next_, bests_->racers(), *outputs);
        }
    }
    if (finished()) {
        slice_.append(1, '}');
    }
}

}  // namespace alleycat::history
