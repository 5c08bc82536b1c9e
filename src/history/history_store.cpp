#include "class_history.hpp"

#include <alleycat/core/directory.hpp>
#include <alleycat/core/replacement_file.hpp>
#include <alleycat/core/whole_number.hpp>
#include <alleycat/history/history_store.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace alleycat::history {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFileTail = ".gz";

/// Of `class-<id><tail>`; none where `name` is another.
std::optional<ClassId> class_in(std::string_view name, std::string_view tail)
{
    static constexpr std::string_view kHead = "class-";
    if (name.size() < kHead.size() + tail.size() || !name.starts_with(kHead) || !name.ends_with(tail)) {
        return std::nullopt;
    }
    const auto id =
        parse_plain_whole<std::uint32_t>(name.substr(kHead.size(), name.size() - kHead.size() - tail.size()));
    return id ? std::optional(ClassId{*id}) : std::nullopt;
}

/// Throws std::filesystem::filesystem_error.
std::map<ClassId, fs::path> class_files(const fs::path& directory, std::string_view tail)
{
    std::map<ClassId, fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory)) {
        const auto id = class_in(entry.path().filename().native(), tail);
        if (id && entry.is_regular_file()) {
            files.emplace(*id, entry.path());
        }
    }
    return files;
}

void prepare(const fs::path& directory)
{
    if (const auto made = make_directory(directory); !made) {
        throw std::runtime_error(fmt::format("history directory {}: {}", directory.string(), made.error().message()));
    }
}

/// What an interrupted write of ours leaves.
void remove_left_overs(const fs::path& directory)
{
    try {
        for (const auto& [id, path] : class_files(directory, fmt::format("{}{}", kFileTail, kUnfinishedSuffix))) {
            fs::remove(path);
        }
    } catch (const fs::filesystem_error& error) {
        throw std::runtime_error(fmt::format("history directory {}: {}", directory.string(), error.code().message()));
    }
}

}  // namespace

HistoryStore::HistoryStore(Options options) : options_(std::move(options))
{
    prepare(options_.directory);
    auto classes = std::make_shared<Classes>();
    for (const auto id : options_.classes) {
        classes->push_back(std::make_shared<ClassHistory>(id, options_));
    }
    classes_ = std::move(classes);
    remove_left_overs(options_.directory);
}

HistoryStore::~HistoryStore() = default;

void HistoryStore::add_class(ClassId id)
{
    const auto before = classes();
    if (find(*before, id) != nullptr) {
        return;
    }
    auto after = std::make_shared<Classes>(*before);
    after->push_back(std::make_shared<ClassHistory>(id, options_));
    const std::lock_guard lock(classes_mutex_);
    classes_ = std::move(after);
}

std::shared_ptr<const HistoryStore::Classes> HistoryStore::classes() const
{
    const std::lock_guard lock(classes_mutex_);
    return classes_;
}

std::size_t HistoryStore::merge(std::span<const telemetry::Sample> samples)
{
    const auto classes = this->classes();
    ClassHistory* last = nullptr;  // of the sample before: one look-up a run
    auto last_id = ClassId{};
    for (const auto& sample : samples) {
        if (last == nullptr || sample.class_id != last_id) {
            last = find(*classes, sample.class_id);
            last_id = sample.class_id;
        }
        if (last != nullptr) {
            last->set_aside(sample);
        }
    }
    ++merges_;
    std::size_t kept = 0;
    for (const auto& history : *classes) {
        kept += history->merge_set_aside(merges_);
    }
    return kept;
}

std::size_t HistoryStore::erase(RacerId racer)
{
    std::size_t erased = 0;
    const auto classes = this->classes();
    for (const auto& history : *classes) {
        erased += history->erase(racer, merges_ + 1);
    }
    return erased;
}

Result<std::size_t> HistoryStore::erase_elsewhere(RacerId racer)
{
    std::size_t erased = 0;
    const auto classes = this->classes();
    try {
        for (const auto& [id, path] : class_files(options_.directory, kFileTail)) {
            if (find(*classes, id) != nullptr) {
                continue;
            }
            ClassHistory history(id, options_);
            erased += history.erase(racer, merges_ + 1);
            if (const auto written = history.write_changes(options_.clock()); !written) {
                return written.error();
            }
        }
    } catch (const fs::filesystem_error& error) {
        return error.code();
    } catch (const std::runtime_error& unreadable) {
        spdlog::error("racer {} cannot be erased: {}", raw(racer), unreadable.what());
        return make_error_code(Errc::CorruptFile);
    }
    return erased;
}

std::uint64_t HistoryStore::merges_written() const
{
    auto written = merges_;
    const auto classes = this->classes();
    for (const auto& history : *classes) {
        if (const auto first = history->first_unwritten_merge()) {
            written = std::min(written, *first - 1);
        }
    }
    return written;
}

Result<void> HistoryStore::flush(TimePoint now)
{
    Result<void> first;
    const auto classes = this->classes();
    for (const auto& history : *classes) {
        if (auto flushed = history->flush(now); !flushed && first) {
            first = flushed;
        }
    }
    return first;
}

Result<void> HistoryStore::flush_all()
{
    Result<void> first;
    const auto classes = this->classes();
    for (const auto& history : *classes) {
        if (auto written = history->write_changes(options_.clock()); !written && first) {
            first = written;
        }
    }
    return first;
}

HistoryStore::TimePoint HistoryStore::next_due() const
{
    auto next = TimePoint::max();
    const auto classes = this->classes();
    for (const auto& history : *classes) {
        next = std::min(next, history->due());
    }
    return next;
}

std::shared_ptr<const ClassBests> HistoryStore::bests(ClassId id) const
{
    const auto classes = this->classes();
    const auto* history = find(*classes, id);
    return history == nullptr ? std::make_shared<const ClassBests>() : history->bests();
}

std::shared_ptr<const HistoryFile> HistoryStore::file(ClassId id) const
{
    const auto classes = this->classes();
    const auto* history = find(*classes, id);
    return history == nullptr ? nullptr : history->file();
}

ClassHistory* HistoryStore::find(const Classes& classes, ClassId id)
{
    for (const auto& history : classes) {
        if (history->id() == id) {
            return history.get();
        }
    }
    return nullptr;
}

}  // namespace alleycat::history
