#include "class_history.hpp"

#include <alleycat/core/directory.hpp>
#include <alleycat/core/replacement_file.hpp>
#include <alleycat/history/history_store.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace alleycat::history {

namespace {

namespace fs = std::filesystem;

/// Whether `name` is what an interrupted write of ours leaves: `class-<digits>.gz.unfinished`.
bool is_left_over(std::string_view name)
{
    const std::string_view head = "class-";
    const std::string tail = fmt::format(".gz{}", kUnfinishedSuffix);
    if (name.size() <= head.size() + tail.size() || !name.starts_with(head) || !name.ends_with(tail)) {
        return false;
    }
    const auto id = name.substr(head.size(), name.size() - head.size() - tail.size());
    return id.find_first_not_of("0123456789") == std::string_view::npos;
}

void prepare(const fs::path& directory)
{
    if (const auto made = make_directory(directory); !made) {
        throw std::runtime_error(fmt::format("history directory {}: {}", directory.string(), made.error().message()));
    }
}

void remove_left_overs(const fs::path& directory)
{
    try {
        std::vector<fs::path> left_overs;
        for (const auto& entry : fs::directory_iterator(directory)) {
            if (is_left_over(entry.path().filename().native()) && entry.is_regular_file()) {
                left_overs.push_back(entry.path());
            }
        }
        for (const auto& path : left_overs) {
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
