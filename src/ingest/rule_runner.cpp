#include "rule_runner.hpp"

#include <alleycat/core/whole_number.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace alleycat::ingest {

namespace {

using telemetry::RecordReader;

constexpr std::uint64_t kLoggedFailures = 5;  // in full; then only each thousandth
constexpr std::size_t kMostUnsynced = 256 * 1024;

std::string_view unpadded(const std::string& padded)
{
    return std::string_view(padded).substr(0, padded.size() - RecordReader::kPadding);
}

std::string record_message(std::uint64_t number, Errc code, const std::string& message)
{
    return "record " + std::to_string(number) + ": " + std::string(name(code)) + ": " + message;
}

std::int64_t to_ms(SystemTime time)
{
    return time.time_since_epoch().count();
}

std::filesystem::path errors_of(const std::filesystem::path& directory, const std::string& rule)
{
    return directory.empty() ? directory : directory / "rule-errors" / rule;
}

}  // namespace

RuleRunner::RuleRunner(Options options, Intake intake, RuleErrors::Publish publish)
    : options_(std::move(options)),
      intake_(std::move(intake)),
      publish_(std::move(publish)),
      rule_(options_.rule, options_.race),
      rates_(options_.rates),
      files_(options_.directory),
      errors_(options_.rule.name, RuleErrorAction::parse(options_.rule.error_action, options_.rule.topic),
              errors_of(options_.directory, options_.rule.name), publish_),
      label_(options_.rule.name == RuleOptions().name ? "MQTT" : "MQTT rule " + options_.rule.name)
{
    for (const auto& text : options_.rule.targets) {
        auto target = RuleTarget::parse(text, options_.rule.topic);
        to_stream_ = to_stream_ || target.kind == RuleTarget::Kind::Stream;
        publishes_ = publishes_ || target.kind == RuleTarget::Kind::Mqtt;
        if (target.kind != RuleTarget::Kind::Stream) {
            targets_.push_back(std::move(target));
        }
    }
    if (options_.rule.sample) {
        sampler_.emplace(options_.rule, options_.race,
                         [this](const std::string& text) { spdlog::warn("{}: {}", label_, text); });
    }
}

void RuleRunner::take(std::string topic, std::string payload, bool retained, SystemTime now)
{
    if (sampler_) {
        sampler_->take(topic, unpadded(payload), retained, to_ms(now));
        return;
    }
    Message message;
    message.topic = std::move(topic);
    if (payload.size() > options_.payload_bytes + RecordReader::kPadding) {  // nor is it kept with its failure
        const telemetry::Rejection refused{
            Errc::TooLarge, "payload: must be at most " + std::to_string(options_.payload_bytes) + " bytes", {}};
        intake_.count(refused);
        message.payload.append(RecordReader::kPadding, '\0');
        fail(message, {"select", options_.rule.name, std::string(name(refused.code)) + ": " + refused.message});
        finish(message);
        return;
    }
    message.payload = std::move(payload);
    if (!idle() || !process(message, now)) {  // one read may bring more than one message
        backlog_.push_back(std::move(message));
    }
}

void RuleRunner::sample(SystemTime now)
{
    if (!sampler_ || !idle()) {  // a moment for which the stream has no room passes
        return;
    }
    for (auto& sample : sampler_->sample(to_ms(now))) {
        Message message;
        message.topic = std::move(sample.topic);
        message.payload = std::move(sample.record);
        message.payload.append(RecordReader::kPadding, '\0');
        if (sample.failure) {
            fail(message,
                 {"select", options_.rule.name, record_message(0, sample.failure->code, sample.failure->message)});
            finish(message);
        } else if (!idle() || !process(message, now)) {
            backlog_.push_back(std::move(message));
        }
    }
}

void RuleRunner::retry(SystemTime now)
{
    while (!backlog_.empty() && process(backlog_.front(), now)) {
        backlog_.pop_front();
    }
    end_round(now);
}

void RuleRunner::end_round(SystemTime now)
{
    settle_files();
    errors_.store(now);
    flushed_ = intake_.flush();
}

std::optional<std::chrono::milliseconds> RuleRunner::until_sample(SystemTime now) const
{
    return sampler_ && idle() ? std::optional(sampler_->until_due(to_ms(now))) : std::nullopt;
}

void RuleRunner::set_limits(telemetry::RecordLimits limits, std::size_t payload_bytes)
{
    intake_.set_limits(std::move(limits));
    options_.payload_bytes = payload_bytes;
}

/// False where the stream has no room: then the message is to be processed again.
bool RuleRunner::process(Message& message, SystemTime now)
{
    if (!message.sent) {
        message.sent = true;
        make(message, now);
        send(message, now);
    }
    if (to_stream_ && !append(message)) {
        return false;
    }
    finish(message);
    if (errors_.full()) {
        errors_.store(now);
    }
    return true;
}

void RuleRunner::make(Message& message, SystemTime now)
{
    if (sampler_ || rule_.passes()) {
        return;
    }
    auto made = rule_.apply(message.topic, unpadded(message.payload), to_ms(now));
    for (const auto& [record, failure] : made.failed) {
        intake_.count({failure.code, failure.message, {}});
        fail(message, {"select", options_.rule.name, record_message(record, failure.code, failure.message)});
    }
    message.numbers = std::move(made.numbers);
    message.made = std::move(made.payload);
    message.made.append(RecordReader::kPadding, '\0');
}

/// Brings what was made to all targets but the stream.
void RuleRunner::send(Message& message, SystemTime now)
{
    const auto text = unpadded(message.made.empty() ? message.payload : message.made);
    if (targets_.empty() || text.empty()) {
        return;
    }
    if (files_.full()) {
        settle_files();
    }
    const auto& race = options_.race;
    const TopicScope scope(message.topic, race_moment(to_ms(now), race.window_seconds, race.length_seconds));
    for (const auto& target : targets_) {
        const auto place = target.render(scope, options_.rule.topic);
        const auto why = place ? deliver(target, *place, message, text)
                               : std::string(target.kind == RuleTarget::Kind::Mqtt
                                                 ? "OutOfRange: no topic to publish on, or one that comes back"
                                                 : "OutOfRange: no path that a rule may write to");
        if (!why.empty()) {
            fail(message, {target.kind == RuleTarget::Kind::Mqtt ? "mqtt" : "file", place ? *place : target.text, why});
        }
    }
}

/// Returns why it could not be delivered, or nothing.
std::string RuleRunner::deliver(const RuleTarget& target, const std::string& place, Message& message,
                                std::string_view text)
{
    if (target.kind == RuleTarget::Kind::Mqtt) {
        return publish_(place, text.ends_with('\n') ? text.substr(0, text.size() - 1) : text);
    }
    if (const auto written = files_.append(place, text); !written) {
        return written.error().message();
    }
    message.files.push_back(place);
    return {};
}

/// Whom the topic speaks for.
Sender RuleRunner::sender_of(std::string_view topic)
{
    Sender sender;
    if (options_.own_topics.empty() || topic == options_.own_topics) {
        return sender;
    }
    const auto level = topic.substr(std::min(options_.own_topics.size() + 1, topic.size()));
    const auto racer = parse_plain_whole<std::uint64_t>(level);
    sender.may_send = racer.has_value();
    if (racer) {
        sender.only = RacerId{*racer};
        sender.rate = rates_.bike(level).get();  // which lives on: nothing is forgotten before the next call
    }
    return sender;
}

bool RuleRunner::append(Message& message)
{
    const auto& text = !message.rest.empty() ? message.rest : message.made.empty() ? message.payload : message.made;
    current_ = &message;
    refused_ = 0;
    auto taken = intake_.take(unpadded(text), *this, {.topic = message.topic, .client_id = kUnknownClient},
                              sender_of(message.topic));
    message.done += taken.accepted + refused_;
    message.rest = std::move(taken.rest);
    return taken.outcome == Intake::Outcome::Done;
}

void RuleRunner::on_reject(const telemetry::Rejection& rejection, std::uint64_t accepted)
{
    auto number = current_->done + accepted + refused_++;
    if (!current_->made.empty()) {
        number = current_->numbers.at(number);
    }
    fail(*current_, {"stream", options_.stream, record_message(number, rejection.code, rejection.message)});
}

void RuleRunner::fail(Message& message, TargetFailure failure)
{
    if (++failures_ <= kLoggedFailures || failures_ % 1'000 == 0) {
        spdlog::warn("{}: {} {}: {} ({} so far)", label_, failure.action, failure.resource, failure.message, failures_);
    }
    message.failures.add(std::move(failure));
}

/// Nothing is left to do for the message, but to keep it where something failed.
void RuleRunner::finish(Message& message)
{
    if (!message.files.empty()) {
        unsynced_bytes_ += message.payload.size();
        unsynced_.push_back(std::move(message));
        if (unsynced_bytes_ >= kMostUnsynced) {
            settle_files();
        }
    } else if (!message.failures.empty()) {
        errors_.add(message.failures, message.topic, unpadded(message.payload));
    }
}

void RuleRunner::settle_files()
{
    if (!files_.dirty()) {
        return;
    }
    const auto failed = files_.sync();
    const auto settle = [&](Message& message) {
        for (const auto& file : std::exchange(message.files, {})) {
            if (const auto failure = failed.find(file); failure != failed.end()) {
                fail(message, {"file", file, failure->second.message()});
            }
        }
    };
    for (auto& message : unsynced_) {
        settle(message);
        finish(message);
    }
    std::ranges::for_each(backlog_, settle);  // which the stream has yet to take
    unsynced_.clear();
    unsynced_bytes_ = 0;
}

}  // namespace alleycat::ingest
