#include "rule_runner.hpp"
#include "rule_topic.hpp"
#include "tcp_probe.hpp"

#include <alleycat/core/backoff.hpp>
#include <alleycat/core/unique_fd.hpp>
#include <alleycat/ingest/mqtt_source.hpp>

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace alleycat::ingest {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr int kReceiveMaximum = 65'535;   // QoS 1 messages under way
constexpr int kReadsBeforeFlush = 4'096;  // so that acknowledgements leave also while messages never pause
constexpr auto kFirstPause = std::chrono::milliseconds(200);
constexpr auto kConnectTimeout = std::chrono::milliseconds(5'000);
constexpr int kPollMs = 1'000;  // keep-alives are looked after this often

SystemTime now()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

RuleRunner::Options runner_options(const MqttOptions& options)
{
    return {options.rule,          {options.race_length, options.race_window},
            options.stream_name,   options.directory,
            options.payload_bytes, options.own_topics,
            options.rates};
}

struct LibraryGuard {
    LibraryGuard() { mosquitto_lib_init(); }
    ~LibraryGuard() { mosquitto_lib_cleanup(); }
};

struct Destroy {
    void operator()(mosquitto* client) const { mosquitto_destroy(client); }
};

}  // namespace

class MqttSource::Impl {
public:
    Impl(MqttOptions options, Intake intake);

    void start() { thread_ = std::thread(&Impl::run, this); }
    void stop(SteadyTime deadline);
    void publish(std::string topic, std::string payload);
    void set_limits(telemetry::RecordLimits limits, std::size_t payload_bytes);
    void wake() const { static_cast<void>(::eventfd_write(wake_.get(), 1)); }
    void clear_wake() const
    {
        eventfd_t ignored = 0;
        static_cast<void>(::eventfd_read(wake_.get(), &ignored));
    }
    [[nodiscard]] bool connected() const { return connected_.load(); }
    [[nodiscard]] std::uint64_t lost_failures() const { return lost_failures_.load(); }

private:
    void run();
    void pause();
    [[nodiscard]] bool connect();
    void serve();
    void leave();
    [[nodiscard]] int read();
    [[nodiscard]] int write();
    [[nodiscard]] bool wait();
    [[nodiscard]] int poll_ms() const;
    [[nodiscard]] bool settled() { return owes_ ? runner_.durable() : runner_.idle(); }
    [[nodiscard]] bool may_read() const;
    void take(const mosquitto_message& message);
    void take_limits();
    void retry();
    void end_round();
    void publish_waiting();
    [[nodiscard]] std::string republish(const std::string& topic, std::string_view payload);
    void disconnected(const char* why);

    void on_connect(int code);
    void on_subscribed(int granted);
    void ready();

    MqttOptions options_;
    LibraryGuard library_;
    std::unique_ptr<mosquitto, Destroy> client_;  // the source's thread
    RuleRunner runner_;
    Backoff backoff_;
    UniqueFd wake_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    UniqueFd stop_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};  // readable from stop() on
    std::atomic<bool> connected_{false};
    std::atomic<std::uint64_t> lost_failures_{0};
    std::atomic<bool> stopping_{false};
    SteadyTime stop_deadline_{};  // written before stopping_
    std::thread thread_;

    bool lost_{false};           // the broker refused us, or went away
    bool told_{false};           // that it is away
    std::uint64_t messages_{0};  // ever received
    bool owes_{false};           // acknowledgements, which the library has queued

    struct Limits {
        telemetry::RecordLimits record;
        std::size_t payload_bytes;
    };
    std::mutex limits_mutex_;
    std::optional<Limits> new_limits_;  // guarded by limits_mutex_

    std::mutex outgoing_mutex_;
    std::deque<std::pair<std::string, std::string>> outgoing_;  // topic, payload; guarded by outgoing_mutex_
};

MqttSource::Impl::Impl(MqttOptions options, Intake intake)
    : options_(std::move(options)),
      client_(mosquitto_new(options_.client_id.c_str(), false, this)),
      runner_(runner_options(options_), std::move(intake),
              [this](const std::string& topic, std::string_view payload) { return republish(topic, payload); }),
      backoff_(kFirstPause, options_.reconnect_max, std::random_device{}())
{
    auto* client = client_.get();
    if (client == nullptr || !wake_ || !stop_) {
        throw std::runtime_error("cannot set up the MQTT client");
    }
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, options_.version5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, kReceiveMaximum);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    // Acknowledgements are queued, and leave in write(), instead of leaving before the message is handed over.
    mosquitto_threaded_set(client, true);
    if (!options_.username.empty()) {
        mosquitto_username_pw_set(client, options_.username.c_str(),
                                  options_.password.empty() ? nullptr : options_.password.c_str());
    }
    if (!options_.ca_file.empty() &&
        mosquitto_tls_set(client, options_.ca_file.c_str(), nullptr, nullptr, nullptr, nullptr) != MOSQ_ERR_SUCCESS) {
        throw std::runtime_error("mqtt.ca_file: cannot use " + options_.ca_file.string());
    }
    mosquitto_connect_v5_callback_set(client, [](mosquitto*, void* self, int code, int, const mosquitto_property*) {
        static_cast<Impl*>(self)->on_connect(code);
    });
    mosquitto_subscribe_callback_set(client, [](mosquitto*, void* self, int, int count, const int* granted) {
        static_cast<Impl*>(self)->on_subscribed(count > 0 ? granted[0] : 128);
    });
    mosquitto_message_callback_set(client, [](mosquitto*, void* self, const mosquitto_message* message) {
        static_cast<Impl*>(self)->take(*message);
    });
}

void MqttSource::Impl::stop(SteadyTime deadline)
{
    if (thread_.joinable()) {
        stop_deadline_ = deadline;
        stopping_.store(true);
        static_cast<void>(::eventfd_write(stop_.get(), 1));
        wake();
        thread_.join();
    }
}

void MqttSource::Impl::run()
{
    while (!stopping_.load()) {
        if (connect()) {
            serve();
            connected_.store(false);
        }
        pause();
    }
}

/// Until the next attempt to connect. Meanwhile records that were taken before the connection was lost find room.
void MqttSource::Impl::pause()
{
    const auto end = std::chrono::steady_clock::now() + backoff_.next();
    for (auto now = std::chrono::steady_clock::now(); now < end && !stopping_.load();
         now = std::chrono::steady_clock::now()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - now);
        pollfd wake{wake_.get(), POLLIN, 0};
        static_cast<void>(::poll(&wake, 1, static_cast<int>(left.count()) + 1));
        clear_wake();
        retry();
    }
}

bool MqttSource::Impl::connect()
{
    lost_ = false;
    owes_ = false;  // the broker sends everything again that it has no acknowledgement of
    if (const auto error = probe_tcp(options_.host, options_.port, kConnectTimeout, stop_.get())) {
        if (error != boost::system::errc::interrupted) {
            disconnected(error.message().c_str());
        }
        return false;
    }
    mosquitto_property* properties = nullptr;
    if (options_.version5) {  // in 3.1.1 a session that is not clean never expires
        mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, UINT32_MAX);
    }
    const auto result = mosquitto_connect_bind_v5(client_.get(), options_.host.c_str(), options_.port,
                                                  static_cast<int>(options_.keepalive.count()), nullptr, properties);
    mosquitto_property_free_all(&properties);
    if (result != MOSQ_ERR_SUCCESS) {
        disconnected(result == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(result));
    }
    return result == MOSQ_ERR_SUCCESS;
}

void MqttSource::Impl::serve()
{
    auto* client = client_.get();
    int result = MOSQ_ERR_SUCCESS;
    while (!stopping_.load() && result == MOSQ_ERR_SUCCESS && !lost_) {
        if (!wait()) {
            result = MOSQ_ERR_CONN_LOST;
            break;
        }
        take_limits();
        runner_.sample(now());
        retry();
        result = write();  // what has become durable, before reading puts more behind it
        if (result == MOSQ_ERR_SUCCESS && may_read()) {
            result = read();
        }
        if (result == MOSQ_ERR_SUCCESS) {
            result = mosquitto_loop_misc(client);
        }
        if (result == MOSQ_ERR_SUCCESS) {
            result = write();
        }
        publish_waiting();
    }
    if (stopping_.load()) {
        leave();
    } else if (!lost_) {
        disconnected(mosquitto_strerror(result));
    }
}

/// Waits for the broker, for progress of the stream, or for something to publish. False where the connection is gone.
bool MqttSource::Impl::wait()
{
    const bool writes = settled() && mosquitto_want_write(client_.get());
    const auto events = static_cast<short>((may_read() ? POLLIN : 0) | (writes ? POLLOUT : 0));
    pollfd waits[] = {{mosquitto_socket(client_.get()), events, 0}, {wake_.get(), POLLIN, 0}};
    static_cast<void>(::poll(waits, 2, poll_ms()));
    clear_wake();
    return events != 0 || (waits[0].revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

/// Until there is something to do that nobody wakes us for.
int MqttSource::Impl::poll_ms() const
{
    const auto sample = runner_.until_sample(now());
    return sample ? static_cast<int>(std::min<std::int64_t>(sample->count(), kPollMs)) : kPollMs;
}

/// Nothing waits that must leave first; where the rule publishes, that the broker takes it.
bool MqttSource::Impl::may_read() const
{
    return runner_.idle() && !owes_ && !(runner_.publishes() && mosquitto_want_write(client_.get()));
}

/// Gives what was taken the time to become durable, and the broker its acknowledgements.
void MqttSource::Impl::leave()
{
    for (auto now = std::chrono::steady_clock::now(); !settled() && now < stop_deadline_;
         now = std::chrono::steady_clock::now()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(stop_deadline_ - now);
        pollfd wake{wake_.get(), POLLIN, 0};
        static_cast<void>(::poll(&wake, 1, static_cast<int>(std::min<std::int64_t>(left.count() + 1, kPollMs))));
        clear_wake();
        retry();
    }
    if (settled()) {
        mosquitto_disconnect(client_.get());
        static_cast<void>(write());
    }
}

/// Reads while messages come.
int MqttSource::Impl::read()
{
    int result = MOSQ_ERR_SUCCESS;
    for (int reads = 0; reads < kReadsBeforeFlush && result == MOSQ_ERR_SUCCESS; ++reads) {
        const auto before = messages_;
        result = mosquitto_loop_read(client_.get(), 1);
        if (messages_ == before || !runner_.idle()) {
            break;
        }
    }
    end_round();  // also where the connection is lost: other doors' records may stand behind these
    return result;
}

/// Lets acknowledgements and everything else leave, but not before what they acknowledge is durable.
int MqttSource::Impl::write()
{
    if (!settled()) {
        return MOSQ_ERR_SUCCESS;
    }
    auto* client = client_.get();
    const auto result = mosquitto_want_write(client) ? mosquitto_loop_write(client, 1) : MOSQ_ERR_SUCCESS;
    owes_ = owes_ && mosquitto_want_write(client);
    return result;
}

void MqttSource::Impl::take(const mosquitto_message& message)
{
    ++messages_;
    owes_ |= message.qos > 0;
    if (!matches(options_.rule.topic, message.topic)) {
        return;  // the session still has a subscription from an earlier configuration
    }
    std::string payload;
    const auto size = static_cast<std::size_t>(message.payloadlen);
    payload.reserve(size + telemetry::RecordReader::kPadding);
    payload.append(static_cast<const char*>(message.payload), size).append(telemetry::RecordReader::kPadding, '\0');
    runner_.take(message.topic, std::move(payload), message.retain, now());
}

void MqttSource::Impl::retry()
{
    runner_.retry(now());
    lost_failures_.store(runner_.lost_failures());
}

void MqttSource::Impl::end_round()
{
    runner_.end_round(now());
    lost_failures_.store(runner_.lost_failures());
}

void MqttSource::Impl::set_limits(telemetry::RecordLimits limits, std::size_t payload_bytes)
{
    {
        const std::lock_guard lock(limits_mutex_);
        new_limits_ = Limits{std::move(limits), payload_bytes};
    }
    wake();
}

void MqttSource::Impl::take_limits()
{
    const std::lock_guard lock(limits_mutex_);
    if (new_limits_) {
        runner_.set_limits(std::move(new_limits_->record), new_limits_->payload_bytes);
        new_limits_.reset();
    }
}

void MqttSource::Impl::on_connect(int code)
{
    if (code != 0) {
        lost_ = true;
        disconnected(options_.version5 ? mosquitto_reason_string(code) : mosquitto_connack_string(code));
        return;
    }
    if (options_.rule.topic.empty()) {
        ready();
    } else {
        mosquitto_subscribe(client_.get(), nullptr, options_.rule.topic.c_str(), options_.rule.qos);
    }
}

void MqttSource::Impl::on_subscribed(int granted)
{
    if (granted >= 128) {
        lost_ = true;
        disconnected("it does not let us subscribe to the topic");
    } else {
        ready();
    }
}

void MqttSource::Impl::ready()
{
    backoff_.reset();
    told_ = false;
    connected_.store(true);
    const auto& topic = options_.rule.topic;
    spdlog::info("MQTT: connected to {}:{}, subscribed to {}", options_.host, options_.port,
                 topic.empty() ? "nothing" : topic);
}

void MqttSource::Impl::disconnected(const char* why)
{
    if (!told_) {
        spdlog::warn("MQTT: no connection to the broker at {}:{}: {}; trying again", options_.host, options_.port, why);
        told_ = true;
    }
}

void MqttSource::Impl::publish(std::string topic, std::string payload)
{
    {
        const std::lock_guard lock(outgoing_mutex_);
        if (!connected_.load() || outgoing_.size() >= kMaxOutgoing) {
            return;
        }
        outgoing_.emplace_back(std::move(topic), std::move(payload));
    }
    wake();
}

void MqttSource::Impl::publish_waiting()
{
    if (mosquitto_want_write(client_.get())) {
        return;  // the broker does not keep up: what waits is bounded, what libmosquitto queues is not
    }
    std::deque<std::pair<std::string, std::string>> waiting;
    {
        const std::lock_guard lock(outgoing_mutex_);
        waiting.swap(outgoing_);
    }
    for (const auto& [topic, payload] : waiting) {
        mosquitto_publish(client_.get(), nullptr, topic.c_str(), static_cast<int>(payload.size()), payload.data(), 0,
                          false);
    }
}

/// For the rule, on the source's thread. Returns why it cannot be published, or nothing.
std::string MqttSource::Impl::republish(const std::string& topic, std::string_view payload)
{
    const auto result = mosquitto_publish(client_.get(), nullptr, topic.c_str(), static_cast<int>(payload.size()),
                                          payload.data(), 0, false);
    return result == MOSQ_ERR_SUCCESS ? std::string() : mosquitto_strerror(result);
}

MqttSource::MqttSource(MqttOptions options, Intake intake)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(intake)))
{
}

MqttSource::~MqttSource()
{
    stop(SteadyTime::min());
}

void MqttSource::start()
{
    impl_->start();
}

void MqttSource::stop(SteadyTime deadline)
{
    impl_->stop(deadline);
}

void MqttSource::set_limits(telemetry::RecordLimits limits, std::size_t payload_bytes)
{
    impl_->set_limits(std::move(limits), payload_bytes);
}

void MqttSource::publish(std::string topic, std::string payload)
{
    impl_->publish(std::move(topic), std::move(payload));
}

void MqttSource::progress()
{
    impl_->wake();
}

bool MqttSource::connected() const
{
    return impl_->connected();
}

std::uint64_t MqttSource::lost_failures() const
{
    return impl_->lost_failures();
}

}  // namespace alleycat::ingest
