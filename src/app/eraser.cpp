#include "eraser.hpp"

#include <alleycat/core/clock.hpp>
#include <alleycat/core/json_text.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace alleycat::app {

namespace {

constexpr auto kLook = std::chrono::milliseconds(20);    // at whether a stop came, or a window is stored
constexpr auto kLongestWait = std::chrono::seconds(60);  // that a disk or a transform is waited for
constexpr auto kAgain = std::chrono::minutes(3);         // after which files are no longer written

boost::system::error_code canceled()
{
    return make_error_code(boost::system::errc::operation_canceled);
}

/// Asks `run(task)` for the answer of `work`, which may come when nobody waits for it any more.
template <class T, class Run, class Work>
std::future<Result<T>> ask_for(Run run, Work work)
{
    auto promise = std::make_shared<std::promise<Result<T>>>();
    auto future = promise->get_future();
    run([promise, work = std::move(work)](auto&... on) { promise->set_value(work(on...)); });
    return future;
}

void append_count(std::string& out, std::string_view name, const archive::FileEraser::Count& count)
{
    out.append(",\"").append(name).append(R"(":{"files":)");
    append_number(out, count.files);
    append_number(out.append(R"(,"records":)"), count.lines);
    out.append("}");
}

std::string report_text(RacerId racer, std::int64_t asked_ms, const results::ResultStore::Erased& results,
                        std::uint64_t outputs, std::uint64_t held, const archive::FileEraser::Report& files,
                        std::int64_t log_until_ms)
{
    std::string text = R"({"racerId":)";
    append_number(text, raw(racer));
    append_number(text.append(R"(,"askedAt":)"), asked_ms);
    append_number(text.append(R"(,"results":)"), results.results);
    append_number(text.append(R"(,"classRecords":)"), results.class_records);
    append_number(text.append(R"(,"historyOutputs":)"), outputs);
    append_number(text.append(R"(,"held":)"), held);
    append_count(text, "delivered", files.objects);
    append_count(text, "processingFailed", files.failures);
    append_count(text, "ruleErrors", files.rule_errors);
    append_number(text.append(R"(,"filesLeft":)"), files.failed + files.unsettled);
    append_number(text.append(R"(,"logUntil":)"), log_until_ms);
    return text.append("}");
}

}  // namespace

Eraser::Eraser(Way way) : way_(std::move(way)) {}

Eraser::~Eraser()
{
    stop();
}

void Eraser::start(std::vector<results::Erasure> unfinished)
{
    for (const auto& erasure : unfinished) {
        unfinished_.push_back({erasure.racer_id, erasure.asked_ms, [](const Outcome&) {}, Clock::now()});
    }
    thread_ = std::thread(&Eraser::run, this);
}

void Eraser::stop()
{
    stopping_ = true;
    queue_.close();
    if (thread_.joinable()) {
        thread_.join();
    }
}

bool Eraser::try_ask(RacerId racer, Done done)
{
    Job job{racer, epoch_ms(), std::move(done)};
    return queue_.try_push(job);
}

void Eraser::run()
{
    while (!stopping_) {
        if (auto job = next()) {
            perform(std::move(*job));
        }
    }
    while (auto job = queue_.pop_until(Clock::time_point::min())) {
        job->done(canceled());
    }
}

/// What is asked now goes before what is done once more.
std::optional<Eraser::Job> Eraser::next()
{
    const auto first = std::ranges::min_element(unfinished_, {}, &Job::due);
    auto job = queue_.pop_until(first == unfinished_.end() ? Clock::now() + kAgain : first->due);
    if (!job && first != unfinished_.end() && first->due <= Clock::now()) {
        job = std::move(*first);
        unfinished_.erase(first);
    }
    return job;
}

void Eraser::perform(Job job)
{
    auto done = job.files ? Result<void>() : clear(job);
    std::string report;
    if (done && !clear_files(job, report)) {
        std::exchange(job.done, [](const Outcome&) {})(report);
        repeat(std::move(job));
        return;
    }
    if (done) {
        done = finish(job, report);
    }
    if (done) {
        spdlog::info("erased: {}", report);
        job.done(report);
        return;
    }
    spdlog::error("racer {} is not erased everywhere yet: {}", raw(job.racer), done.error().message());
    std::exchange(job.done, [](const Outcome&) {})(done.error());
    repeat(std::move(job));
}

void Eraser::repeat(Job job)
{
    job.due = Clock::now() + kAgain;
    unfinished_.push_back(std::move(job));
}

// From here on nothing of theirs that arrived before comes in anywhere; then each place is cleared, those that records
// leave before those that they come to. A window that a worker had looked through before may still be stored meanwhile:
// so history and files are cleared behind those windows, and not before.
Result<void> Eraser::clear(Job& job)
{
    way_.erased.add(job.racer, job.asked_ms);
    way_.ranking.erase(job.racer);
    const auto results = erase_results(job);
    if (!results) {
        return results.error();
    }
    way_.forget(job.racer);
    archive::FileEraser::Request request{job.racer, job.asked_ms, {}};
    for (std::uint32_t shard = 0; shard < way_.stream.shards(); ++shard) {
        request.through.push_back(way_.stream.last_sequence(ShardId{shard}));
    }
    if (const auto waited = wait_for_windows(); !waited) {
        return waited;
    }
    const auto held = way_.erase_held ? way_.erase_held(job.racer, job.asked_ms) : Result<std::uint64_t>(0);
    if (!held) {
        return held.error();
    }
    const auto outputs = erase_history(job.racer);
    if (!outputs) {
        return outputs.error();
    }
    job.results = *results;
    job.outputs = *outputs;
    job.held = *held;
    job.files = std::move(request);
    return {};
}

bool Eraser::clear_files(const Job& job, std::string& report)
{
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto files = way_.files.erase(*job.files, now, [this] { return stopping_.load(); });
    report = report_text(job.racer, job.asked_ms, job.results, job.outputs, job.held, files,
                         job.asked_ms + way_.retention.count());
    return files.unsettled == 0 && !files.given_up;  // those that failed are logged and told, and would fail again
}

Result<results::ResultStore::Erased> Eraser::erase_results(const Job& job)
{
    return await(ask_for<results::ResultStore::Erased>(
        [this](auto task) { way_.recorder.ask(std::move(task)); },
        [job](results::ResultStore& store) { return store.erase(job.racer, job.asked_ms); }));
}

Result<void> Eraser::finish(const Job& job, const std::string& report)
{
    return await(
        ask_for<void>([this](auto task) { way_.recorder.ask(std::move(task)); },
                      [job, report](results::ResultStore& store) { return store.finish_erasure(job.racer, report); }));
}

Result<std::uint64_t> Eraser::erase_history(RacerId racer)
{
    return await(ask_for<std::uint64_t>([this](auto task) { way_.merging.run_behind(std::move(task)); },
                                        [this, racer]() -> Result<std::uint64_t> {
                                            const auto outputs = way_.history.erase(racer);
                                            if (const auto written = way_.history.flush_all(); !written) {
                                                return written.error();
                                            }
                                            const auto elsewhere = way_.history.erase_elsewhere(racer);
                                            return elsewhere ? outputs + *elsewhere : elsewhere;
                                        }));
}

Result<void> Eraser::wait_for_windows() const
{
    const auto since = Clock::now();
    for (; !stopping_; std::this_thread::sleep_for(kLook)) {
        const auto oldest = way_.delivery.state().oldest;
        if (!oldest || *oldest > since) {
            return {};
        }
        if (Clock::now() > since + kLongestWait) {
            return make_error_code(boost::system::errc::timed_out);
        }
    }
    return canceled();
}

template <class T>
Result<T> Eraser::await(std::future<Result<T>> answer) const
{
    while (answer.wait_for(kLook) != std::future_status::ready) {
        if (stopping_) {
            return canceled();
        }
    }
    return answer.get();
}

}  // namespace alleycat::app
