#include "race_recorder.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace alleycat::app {

namespace {

constexpr auto kResults = std::chrono::milliseconds(200);  // at most one write in this time …
constexpr auto kLongestPause = std::chrono::seconds(1);    // … and a look in this, also after one that failed
// The state of open races is written at most once in this time, and at most so fast: it only saves reading the log
// again.
constexpr auto kCheckpoint = std::chrono::seconds(10);
constexpr std::size_t kCheckpointBytesPerSecond = 256 * 1024;

using Save = ranking::RankingThread::Save;

}  // namespace

RaceRecorder::RaceRecorder(Way way) : way_(std::move(way)) {}

RaceRecorder::~RaceRecorder()
{
    end();
}

void RaceRecorder::start()
{
    thread_ = std::thread(&RaceRecorder::run, this);
}

void RaceRecorder::hurry()
{
    {
        const std::lock_guard lock(mutex_);
        hurry_ = true;
    }
    wake_.notify_one();
}

void RaceRecorder::ask(Task task)
{
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
}

void RaceRecorder::stop()
{
    end();
    save(Save::All);
}

void RaceRecorder::end()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
}

boost::system::error_code RaceRecorder::failure() const
{
    const std::lock_guard lock(mutex_);
    return failure_;
}

void RaceRecorder::run()
{
    for (std::vector<Task> tasks; wait(tasks); tasks.clear()) {
        if (!tasks.empty()) {
            saved_.clear();  // what they change is in the races too, which need not have gone on
            save(Save::All);
        }
        for (const auto& task : tasks) {
            task(way_.store);
        }
        if (Clock::now() >= next_save_) {
            save(way_.checkpoints != nullptr && Clock::now() >= next_checkpoint_ ? Save::All : Save::Results);
            next_save_ = Clock::now() + kResults;
        }
    }
}

/// Until there is something to do; false: it is to stop.
bool RaceRecorder::wait(std::vector<Task>& tasks)
{
    std::unique_lock lock(mutex_);
    const auto asked = [this] { return stopping_ || !tasks_.empty(); };
    wake_.wait_until(lock, next_save_ + (kLongestPause - kResults), [&] { return asked() || hurry_; });
    if (std::exchange(hurry_, false)) {
        wake_.wait_until(lock, next_save_, asked);
        hurry_ = Clock::now() < next_save_;  // a task came before
    }
    tasks.swap(tasks_);
    return !stopping_;
}

void RaceRecorder::save(Save what)
{
    auto saved = way_.ranking.save(what);
    for (auto& result : saved.results) {
        auto& waiting = waiting_[{result->class_id, result->race_id}];
        waiting = std::move(result);  // told anew, as a whole
    }
    std::ranges::move(saved.amendments, std::back_inserter(amendments_));
    full_ = waiting_.size() >= kMaxWaiting;
    const bool checkpoint = what == Save::All && way_.checkpoints != nullptr && saved.applied != saved_;
    if (!checkpoint) {
        if (!waiting_.empty() || !amendments_.empty()) {
            write(std::nullopt);
        }
        return;
    }
    const auto pause = std::chrono::milliseconds(1000 * saved.races.size() / kCheckpointBytesPerSecond);
    next_checkpoint_ = Clock::now() + std::max<Clock::duration>(kCheckpoint, pause);
    write(results::Checkpoint{std::move(saved.applied), std::move(saved.races)});
}

void RaceRecorder::write(std::optional<results::Checkpoint> checkpoint)
{
    results::Batch batch;
    for (const auto& [key, result] : waiting_) {
        batch.results.push_back(result);
    }
    batch.amendments = amendments_;
    batch.checkpoint = std::move(checkpoint);
    auto written = way_.store.write(batch);
    note(written ? boost::system::error_code() : written.error());
    if (!written) {
        return;
    }
    waiting_.clear();
    full_ = false;
    if (batch.checkpoint) {
        saved_ = batch.checkpoint->applied;
        way_.checkpoints->note_races(saved_);
    }
    tell_amended();
    if (!written->empty()) {
        way_.tell(std::move(*written));
    }
}

void RaceRecorder::tell_amended()
{
    std::set<RaceKey> races;
    for (const auto& amendment : std::exchange(amendments_, {})) {
        races.emplace(amendment.class_id, amendment.race_id);
    }
    if (!races.empty() && way_.amended) {
        way_.amended(races);
    }
}

void RaceRecorder::note(const boost::system::error_code& outcome)
{
    const std::lock_guard lock(mutex_);
    if (outcome && !failure_) {
        spdlog::error("the database cannot be written: {}", outcome.message());
    } else if (!outcome && failure_) {
        spdlog::info("the database can be written again");
    }
    failure_ = outcome;
}

}  // namespace alleycat::app
