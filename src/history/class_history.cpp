#include "class_history.hpp"

#include "history_reader.hpp"
#include "published_file.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace alleycat::history {

namespace {

constexpr int kRestPerWork = 9;  // of all classes together, in units of the work: a tenth of a core at most

}  // namespace

ClassHistory::ClassHistory(ClassId id, const HistoryStore::Options& options)
    : id_(id),
      options_(options),
      path_(options.directory / fmt::format("class-{}.gz", raw(id))),
      table_(options.seconds),
      pieces_(options.seconds),
      not_before_(TimePoint::min())
{
    auto loaded = load_history(path_, options.seconds, table_);
    in_pieces_ = loaded.in_pieces;
    published_bests_ = table_.snapshot();
    published_file_ = std::move(loaded.file);
}

std::size_t ClassHistory::merge_set_aside(std::uint64_t number)
{
    const auto kept = table_.merge(set_aside_);
    set_aside_.clear();
    if (kept > 0) {
        publish_bests(number);
    }
    return kept;
}

std::size_t ClassHistory::erase(RacerId racer, std::uint64_t next_merge)
{
    const auto erased = table_.erase(racer);
    if (erased > 0) {
        publish_bests(next_merge);  // the file is old now, and yet holds every merge there was
    }
    return erased;
}

void ClassHistory::publish_bests(std::uint64_t merge)
{
    unwritten_ = unwritten_.value_or(merge);
    pass_.reset();
    auto bests = table_.snapshot();
    const std::lock_guard lock(published_mutex_);
    published_bests_.swap(bests);  // so that the old one, if this was its last owner, dies outside the lock
}

ClassHistory::TimePoint ClassHistory::due() const
{
    if (unwritten_ || pass_) {
        return not_before_;
    }
    if (!in_pieces_) {
        return TimePoint::max();
    }
    return quiet_since_ ? std::max(not_before_, *quiet_since_ + options_.settle) : TimePoint::min();
}

Result<void> ClassHistory::flush(TimePoint now)
{
    if (!quiet_since_) {
        quiet_since_ = now;
    }
    if (due() > now) {
        return {};
    }
    if (unwritten_) {
        return write_changes(now);
    }
    auto done = pace(now, [this] { return advance_whole_pass(); });
    if (!done) {
        pass_.reset();
        quiet_since_ = now;  // a disk that is full now will be for a while, and the file is good as it is
    }
    return done;
}

Result<void> ClassHistory::write_changes(TimePoint now)
{
    if (!unwritten_) {
        return {};
    }
    auto written = pace(now, [this] { return write_pieces(); });
    not_before_ = std::max(not_before_, now + options_.min_interval);
    if (written) {
        quiet_since_ = now;
    }
    return written;
}

template <class Work>
Result<void> ClassHistory::pace(TimePoint now, Work work)
{
    const auto start = options_.clock();
    auto done = work();
    const auto took = options_.clock() - start;
    not_before_ = now + took + kRestPerWork * static_cast<int>(options_.classes.size()) * took;
    const auto before = std::exchange(failure_, done ? boost::system::error_code() : done.error());
    if (!done && failure_ != before) {
        spdlog::error("history file {} cannot be written: {}; its changes wait, and are tried again", path_.string(),
                      failure_.message());
    } else if (done && before) {
        spdlog::info("history file {} is written again", path_.string());
    }
    return done;
}

Result<void> ClassHistory::write_pieces()
{
    pieces_.update(*table_.snapshot(), table_.take_changed());
    auto replacement = ReplacementFile::create(path_);
    if (!replacement) {
        return replacement.error();
    }
    if (const auto written = replacement->write(pieces_.parts()); !written) {
        return written;
    }
    auto reader = replacement->commit();
    if (!reader) {
        return reader.error();
    }
    auto file = describe(std::move(*reader), {pieces_.size_bytes(), pieces_.crc()}, pieces_.unzipped_bytes());
    if (!file) {
        return file.error();
    }
    publish(std::move(*file));
    unwritten_.reset();
    in_pieces_ = true;
    return {};
}

Result<void> ClassHistory::advance_whole_pass()
{
    if (!pass_) {
        auto started = WholePass::start(path_, table_.snapshot());
        if (!started) {
            return started.error();
        }
        pass_.emplace(std::move(*started));
    }
    auto file = pass_->step();
    if (!file) {
        return file.error();
    }
    if (*file) {
        publish(std::move(*file));
        pass_.reset();
        in_pieces_ = false;
    }
    return {};
}

void ClassHistory::publish(std::shared_ptr<const HistoryFile> file)
{
    const std::lock_guard lock(published_mutex_);
    published_file_.swap(file);
}

std::shared_ptr<const ClassBests> ClassHistory::bests() const
{
    const std::lock_guard lock(published_mutex_);
    return published_bests_;
}

std::shared_ptr<const HistoryFile> ClassHistory::file() const
{
    const std::lock_guard lock(published_mutex_);
    return published_file_;
}

}  // namespace alleycat::history
