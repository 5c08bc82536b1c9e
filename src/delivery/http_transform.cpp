#include "transform_answer.hpp"
#include "transform_call.hpp"

#include <alleycat/core/backoff.hpp>
#include <alleycat/core/clock.hpp>
#include <alleycat/core/uuid.hpp>
#include <alleycat/delivery/http_transform.hpp>
#include <alleycat/delivery/record_line.hpp>
#include <alleycat/net/http_client.hpp>

#include <spdlog/spdlog.h>

#include <random>

namespace alleycat::delivery {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kWarningInterval = std::chrono::seconds(60);  // at most one of a kind in this time

/// Lets something happen at most once in kWarningInterval.
class Seldom {
public:
    [[nodiscard]] bool now()
    {
        const auto time = Clock::now();
        const bool due = time >= next_;
        next_ = due ? time + kWarningInterval : next_;
        return due;
    }

private:
    SteadyTime next_{SteadyTime::min()};
};

}  // namespace

class HttpTransform::Impl {
public:
    Impl(Options options, TransformCounters& counters)
        : options_(std::move(options)),
          counters_(counters),
          client_(net::parse_http_url(options_.url), {options_.timeout, options_.answer_bytes}),
          call_(options_.call_bytes),
          reader_(options_.limits),
          mended_reader_(options_.mended_limits)
    {
    }

    [[nodiscard]] std::string_view url() const { return options_.url; }
    [[nodiscard]] bool apply(const Window& window, Outcomes& outcomes);
    void cancel()
    {
        cancelled_.raise();
        client_.cancel();
    }

private:
    using Records = std::span<const Window::Record>;

    [[nodiscard]] Records start_call(const Window& window, Records left);
    void ask(Records asked);
    void attempt(std::string_view body, Records asked);
    [[nodiscard]] Result<net::HttpClient::Answer> post(std::string_view body);
    void fail(std::string_view code, std::string message);
    [[nodiscard]] bool wait(std::chrono::milliseconds time)
    {
        return options_.wait ? options_.wait(time) : cancelled_.wait_for(time);
    }
    void tell(Records asked, Outcomes& outcomes);
    void tell_ok(const Window::Record& record, std::string_view data, Outcomes& outcomes);
    void tell_failed(const Window::Record& record, std::string_view code, std::string message, Outcomes& outcomes);
    void warn(Records asked);

    const Options options_;
    TransformCounters& counters_;
    StopSignal cancelled_;
    net::HttpClient client_;
    TransformCall call_;
    TransformAnswer answer_;
    telemetry::RecordReader reader_;
    telemetry::RecordReader mended_reader_;  // for records that were refused
    std::string line_;
    Seldom unanswered_warning_;
    Seldom stranger_warning_;
    Failure failure_;  // of the latest attempt; its code is empty where that brought a good answer
};

bool HttpTransform::Impl::apply(const Window& window, Outcomes& outcomes)
{
    for (Records left = window.records; !left.empty();) {
        const auto asked = start_call(window, left);
        left = left.subspan(asked.size());
        ask(asked);
        if (cancelled_.raised()) {
            return false;
        }
        warn(asked);
        tell(asked, outcomes);
    }
    return true;
}

/// Puts the first of the records into the call, as many as it takes.
HttpTransform::Impl::Records HttpTransform::Impl::start_call(const Window& window, Records left)
{
    call_.start(random_uuid());
    std::size_t count = 0;
    while (count < left.size() && call_.try_add(window, left[count])) {
        ++count;
    }
    return left.first(count);
}

/// Until there is a good answer, or the retries are used up.
void HttpTransform::Impl::ask(Records asked)
{
    const auto body = call_.finish();
    Backoff backoff(options_.first_backoff, options_.max_backoff, std::random_device{}());
    failure_ = {};
    attempt(body, asked);
    for (std::uint32_t retry = 1; !failure_.code.empty() && retry <= options_.retries; ++retry) {
        if (!wait(backoff.next()) || cancelled_.raised()) {
            return;
        }
        ++counters_.retries;
        ++failure_.attempts;
        attempt(body, asked);
    }
    failure_.never_answered = !failure_.code.empty();
}

void HttpTransform::Impl::attempt(std::string_view body, Records asked)
{
    const auto answer = post(body);
    failure_.ended_ms = epoch_ms();
    failure_.code = {};
    if (!answer && answer.error() == boost::system::errc::timed_out) {
        fail("Transform.TimedOut", fmt::format("no answer within {} ms", options_.timeout.count()));
    } else if (!answer && answer.error() == Errc::TooLarge) {
        fail("Transform.InvalidAnswer", fmt::format("the answer is larger than {} bytes", options_.answer_bytes));
    } else if (!answer && answer.error() == boost::system::errc::bad_message) {
        fail("Transform.InvalidAnswer", "the answer is not HTTP");
    } else if (!answer) {
        fail("Transform.Unreachable", answer.error().message());
    } else if (answer->status < 200 || answer->status > 299) {
        fail("Transform.HttpStatus", fmt::format("the answer's status is {}", answer->status));
    } else if (const auto wrong = answer_.read(answer->body, asked); !wrong.empty()) {
        fail("Transform.InvalidAnswer", fmt::format("the answer cannot be read: {}", wrong));
    }
}

Result<net::HttpClient::Answer> HttpTransform::Impl::post(std::string_view body)
{
    const auto begin = Clock::now();
    auto answer = client_.post("application/json", body);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
    ++counters_.calls;
    counters_.call_microseconds += static_cast<std::uint64_t>(took.count());
    return answer;
}

void HttpTransform::Impl::fail(std::string_view code, std::string message)
{
    failure_.code = code;
    failure_.message = std::move(message);
}

void HttpTransform::Impl::warn(Records asked)
{
    if (failure_.never_answered) {
        if (unanswered_warning_.now()) {
            spdlog::warn("transform {}: {} records failed after {} attempts: {}: {}", options_.url, asked.size(),
                         failure_.attempts, failure_.code, failure_.message);
        }
    } else if (answer_.strangers() != 0 && stranger_warning_.now()) {
        spdlog::warn("transform {}: an answer has {} entries with an unknown recordId, or with one that stands twice",
                     options_.url, answer_.strangers());
    }
}

void HttpTransform::Impl::tell(Records asked, Outcomes& outcomes)
{
    for (std::size_t place = 0; place < asked.size(); ++place) {
        const auto& record = asked[place];
        if (failure_.never_answered) {
            outcomes.failed(record, failure_);
            continue;
        }
        const auto& answered = answer_.record(place);
        switch (answered.result) {
            case AnsweredRecord::Result::Missing:
                tell_failed(record, "Transform.MissingRecordId", "the answer does not have the recordId", outcomes);
                break;
            case AnsweredRecord::Result::Ok:
                tell_ok(record, answer_.data(answered), outcomes);
                break;
            case AnsweredRecord::Result::Dropped:
                outcomes.dropped(record);
                break;
            case AnsweredRecord::Result::Failed:
                tell_failed(record, answered.code, answered.message, outcomes);
                break;
        }
    }
}

void HttpTransform::Impl::tell_ok(const Window::Record& record, std::string_view data, Outcomes& outcomes)
{
    auto& reader = record.valid() ? reader_ : mended_reader_;
    if (reader.read_one(data) != telemetry::RecordReader::Item::Record) {
        const auto& why = reader.rejection();
        tell_failed(record, "Transform.InvalidRecord",
                    fmt::format("data: {}: {}", alleycat::name(why.code), why.message), outcomes);
        return;
    }
    const auto& made = reader.record();
    const auto output = output_of(data).value_or(telemetry::output(made.cadence, made.resistance));
    line_.clear();
    append_as_line(line_, data);
    outcomes.ok(record, line_, {made.class_id, made.second, made.racer_id, output});
}

void HttpTransform::Impl::tell_failed(const Window::Record& record, std::string_view code, std::string message,
                                      Outcomes& outcomes)
{
    Failure failure = failure_;  // when and how often it was asked
    failure.code = code;
    failure.message = std::move(message);
    outcomes.failed(record, failure);
}

HttpTransform::HttpTransform(Options options, TransformCounters& counters)
    : impl_(std::make_unique<Impl>(std::move(options), counters))
{
}
HttpTransform::~HttpTransform() = default;

std::string_view HttpTransform::name() const
{
    return impl_->url();
}

bool HttpTransform::apply(const Window& window, Outcomes& outcomes)
{
    return impl_->apply(window, outcomes);
}

void HttpTransform::cancel()
{
    impl_->cancel();
}

}  // namespace alleycat::delivery
