#include "daemon.hpp"

#include "broker_access.hpp"
#include "checkpoints.hpp"
#include "eraser.hpp"
#include "held_keeper.hpp"
#include "history_sink.hpp"
#include "logging.hpp"
#include "race_recorder.hpp"
#include "releaser.hpp"
#include "reload.hpp"
#include "room_options.hpp"
#include "service_notifier.hpp"
#include "shard_consumer.hpp"
#include "status_report.hpp"
#include "storage_lock.hpp"

#include <alleycat/access/guard.hpp>
#include <alleycat/archive/ride_reader.hpp>
#include <alleycat/core/clock.hpp>
#include <alleycat/delivery/file_span.hpp>
#include <alleycat/ingest/mqtt_source.hpp>
#include <alleycat/ingest/stream_api.hpp>
#include <alleycat/ingest/websocket_door.hpp>
#include <alleycat/ranking/name_book.hpp>
#include <alleycat/results/result_queries.hpp>
#include <alleycat/serve/api_routes.hpp>
#include <alleycat/serve/history_routes.hpp>
#include <alleycat/serve/live_feed.hpp>
#include <alleycat/serve/page_routes.hpp>
#include <alleycat/serve/record_message.hpp>
#include <alleycat/serve/results_message.hpp>
#include <alleycat/serve/status_routes.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace alleycat::app {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kWindowsPerShard = 2;         // that wait to be merged
constexpr auto kGoodbye = std::chrono::seconds(2);  // for clients to take their last words
constexpr auto kGoodbyeCheck = std::chrono::milliseconds(10);
constexpr auto kTokensCheck = std::chrono::seconds(1);

}  // namespace

class Daemon::Impl {
public:
    Impl(const Config& config, ReadConfig read_config);

    void run();
    void request_stop()
    {
        asio::post(context_, [this] { begin_stop(); });
    }

private:
    [[nodiscard]] ranking::RankingThread::Options ranking_options();
    [[nodiscard]] std::optional<std::int64_t> race_clock();
    [[nodiscard]] RaceRecorder::Way recorder_way();
    [[nodiscard]] archive::RideReader::Options ride_options();
    [[nodiscard]] Eraser::Way eraser_way();
    void recall_erasures();
    [[nodiscard]] serve::Api api();
    void erase(RacerId racer, std::function<void(serve::ErasureOutcome)> done);
    [[nodiscard]] std::unique_ptr<Releaser> make_releaser();
    [[nodiscard]] bool release(const serve::ReleaseOrder& order, Releaser::Done done);
    [[nodiscard]] ingest::Intake make_intake(std::string_view partition_key, stream::Producer producer,
                                             DoorCounters& counters);
    [[nodiscard]] bool is_closed(ClassId class_id, RaceId race_id) const;
    void tell_records(std::vector<ranking::RecordEvent> records);
    void publish_records(std::span<const ranking::RecordEvent> records);
    [[nodiscard]] HistorySink::Way history_way();
    [[nodiscard]] delivery::DeliveryPool::Options pool_options();
    void add_mqtt_door(const std::string& name, const ingest::RuleOptions& rule);
    void restore_races();
    [[nodiscard]] serve::LiveFeed::Options live_options();
    [[nodiscard]] std::vector<std::unique_ptr<stream::ShardConsumer>> shard_consumers();
    void add_routes();
    void publish(ranking::RankingThread::Changes changes);
    [[nodiscard]] access::Guard::Options guard_options() const;
    [[nodiscard]] ingest::StreamApiOptions stream_api_options();
    void refresh_tokens();
    void feed_watchdog();
    void wait_for_hangup();
    void reload_config();
    void add_classes(const Config& wanted);
    void take_on(const std::vector<std::string>& keys);
    void begin_stop();
    void wait_for_acknowledgements();
    void wait_for_goodbyes(std::chrono::steady_clock::time_point deadline);
    void finish_stop();

    Config config_;  // its live keys change at a reload; only this thread reads those
    const ReadConfig read_config_;
    const ServiceNotifier service_{read_environment(environ)};
    const StorageLock lock_{config_.storage.directory};
    asio::io_context context_{1};
    asio::steady_timer goodbye_{context_};
    asio::steady_timer watchdog_{context_};
    asio::steady_timer refresh_{context_};
    asio::signal_set hangup_{context_, SIGHUP};
    bool stopping_{false};
    std::chrono::steady_clock::time_point stop_deadline_{};  // for the log's disk; set at the stop

    // In the order of the data's way, except that who hands on is made after whom it hands to.
    stream::Ledger ledger_;
    const std::uint32_t shards_{shards_of(config_)};  // retired ones too
    results::Leaderboards leaderboards_{config_.ranking.ties};
    results::ResultStore results_{database_options(config_), leaderboards_};
    const results::ResultReader closed_races_{database_path(config_)};  // the ranking thread
    std::vector<results::Erasure> unfinished_erasures_;
    ErasedRacers erased_;
    const std::unique_ptr<plausibility::Judge> judge_{make_judge(config_)};  // null: nobody judges
    quarantine::Quarantine quarantine_{quarantine_options(config_)};
    Checkpoints checkpoints_{checkpoint_directory(config_), shards_, results_.checkpoint().applied};
    /// By shard, up to which record the files of the delivery hold all.
    const std::vector<std::uint64_t> stored_{delivery::delivered_positions(delivery_directory(config_), shards_)};
    ranking::NameBook names_;
    history::HistoryStore history_;
    ranking::RankingThread ranking_;
    /// When a shard had accepted so many records, all of which it handed on later.
    struct HandedOn {
        std::uint64_t appended{0};
        std::int64_t at_ms{0};
    };
    std::vector<HandedOn> handed_on_;  // by shard; the ranking thread
    RaceRecorder recorder_;
    Durations flush_times_;  // of the history's files
    delivery::DeliveryThread merging_;
    delivery::TransformCounters transform_counters_;
    delivery::DeliveryPool delivery_;
    stream::Stream stream_;
    stream::LogQueries log_queries_;
    results::ResultQueries result_queries_{results::ResultReader(database_path(config_))};
    archive::RideReader rides_;
    Eraser eraser_;
    access::Guard guard_;
    RecentRejects rejects_;
    DoorCounters websocket_counters_{"websocket", rejects_};
    DoorCounters stream_api_counters_{"stream", rejects_};
    ingest::WebSocketDoor websocket_door_;
    ingest::StreamApi stream_api_;
    const std::unique_ptr<Releaser> releaser_;  // null: nothing can be held
    struct MqttDoor {
        MqttDoor(const std::string& door, RecentRejects& recent) : name(door), counters(door, recent) {}
        std::string name;
        DoorCounters counters;
        std::unique_ptr<ingest::MqttSource> source;  // none where there is no broker
    };
    std::vector<std::unique_ptr<MqttDoor>> mqtt_;  // the default rule's, which publishes results; then the others'
    serve::LiveFeed live_;
    net::HttpServer server_;
    StatusReport status_;
};

Daemon::Impl::Impl(const Config& config, ReadConfig read_config)
    : config_(config),
      read_config_(std::move(read_config)),
      history_(history_options(config)),
      ranking_(ranking_options(), [this](auto changes) { publish(std::move(changes)); }),
      recorder_(recorder_way()),
      merging_(kWindowsPerShard * shards_, std::make_unique<HistorySink>(history_way())),
      delivery_(pool_options(), [this](delivery::Delivered window) { merging_.deliver(std::move(window)); }),
      stream_(stream_options(config), shard_consumers(), ledger_),
      log_queries_(stream_, commitlog::system_disk()),
      rides_(ride_options()),
      eraser_(eraser_way()),
      guard_(config.auth.mode == AuthMode::Token ? std::make_unique<access::TokenTable>(tokens_path(config)) : nullptr,
             guard_options()),
      websocket_door_(
          context_.get_executor(),
          make_intake(config.stream.partition_key,
                      stream_.make_producer("websocket",
                                            [this] { asio::post(context_, [this] { websocket_door_.progress(); }); }),
                      websocket_counters_),
          rate_options(config)),
      stream_api_(context_.get_executor(), stream_api_options(),
                  stream_.make_producer("stream", [this] { asio::post(context_, [this] { stream_api_.progress(); }); }),
                  stream_, log_queries_, stream_api_counters_),
      releaser_(make_releaser()),
      live_(live_options()),
      server_(context_, http_options(config)),
      status_(
          {config_, stream_, ledger_, delivery_, transform_counters_, flush_times_, recorder_, live_, server_, guard_})
{
    add_mqtt_door("mqtt", default_rule(config));
    for (const auto& rule : config.rules) {
        add_mqtt_door("mqtt-" + rule.name, rule);
    }
    add_routes();
}

void Daemon::Impl::add_mqtt_door(const std::string& name, const ingest::RuleOptions& rule)
{
    auto& door = *mqtt_.emplace_back(std::make_unique<MqttDoor>(name, rejects_));
    if (config_.mqtt.broker) {
        const auto& key = rule.partition_key.empty() ? config_.stream.partition_key : rule.partition_key;
        auto producer = stream_.make_producer(door.name, [&door] { door.source->progress(); });
        door.source = std::make_unique<ingest::MqttSource>(mqtt_options(config_, rule),
                                                           make_intake(key, std::move(producer), door.counters));
    }
}

ingest::Intake Daemon::Impl::make_intake(std::string_view partition_key, stream::Producer producer,
                                         DoorCounters& counters)
{
    ingest::Intake intake(record_limits(config_), partition_key, std::move(producer), counters);
    if (judge_ != nullptr) {
        intake.judge_by(*judge_);
    }
    return intake;
}

ranking::RankingThread::Options Daemon::Impl::ranking_options()
{
    ranking::Races::Options races;
    races.score = config_.ranking.score;
    races.ties = config_.ranking.ties;
    races.classes = class_ids(config_);
    races.seconds = static_cast<std::uint32_t>(config_.race.length.count());
    races.grace = config_.race.grace;
    races.open_races = config_.limits.open_races;
    races.bests = [this](ClassId id) { return history_.bests(id); };
    races.on_name = [this](RacerId racer, std::string_view name) { names_.set(racer, name); };
    races.erased = &erased_;
    races.closed = [this](ClassId class_id, RaceId race_id) { return is_closed(class_id, race_id); };
    return {std::move(races), config_.ranking.tick, shards_, [this] { return race_clock(); }};
}

bool Daemon::Impl::is_closed(ClassId class_id, RaceId race_id) const
{
    const auto closed = closed_races_.closed(class_id, race_id);
    if (!closed) {
        spdlog::error("the database does not say whether race {} of class {} is closed: {}", raw(race_id),
                      raw(class_id), closed.error().message());
    }
    return closed && *closed;
}

/// On the ranking thread: the time up to which every shard has handed on what had arrived. So no race closes while
/// records of before may still come, nor while its result would have no place.
std::optional<std::int64_t> Daemon::Impl::race_clock()
{
    handed_on_.resize(stream_.shards());
    auto clock = epoch_ms();
    const auto now = clock;
    for (std::uint32_t shard = 0; shard < stream_.shards(); ++shard) {
        const auto state = stream_.state(ShardId{shard});
        if (state.replaying) {
            return std::nullopt;
        }
        auto& until = handed_on_[shard];
        if (state.consumed >= until.appended) {
            until = {state.appended, now};
        }
        clock = std::min(clock, until.at_ms);
    }
    return recorder_.may_close() ? std::optional(clock) : std::nullopt;
}

RaceRecorder::Way Daemon::Impl::recorder_way()
{
    return {ranking_, results_, config_.stream.log ? &checkpoints_ : nullptr,
            [this](auto records) { tell_records(std::move(records)); },
            [this](const auto& races) {
                asio::post(context_, [this, races] {
                    for (const auto& [class_id, race_id] : races) {
                        live_.forget(class_id, race_id);
                    }
                });
            }};
}

archive::RideReader::Options Daemon::Impl::ride_options()
{
    archive::RideReader::Options options;
    options.delivery = delivery_directory(config_);
    options.limits = replay_limits(config_);
    options.shards = config_.stream.log ? shards_ : 0;
    options.segments = [this](ShardId shard) { return stream_.segments(shard); };
    options.disk = &commitlog::system_disk();
    options.erased = &erased_;
    return options;
}

Eraser::Way Daemon::Impl::eraser_way()
{
    return {erased_,
            recorder_,
            ranking_,
            merging_,
            delivery_,
            history_,
            stream_,
            archive::FileEraser(
                {delivery_directory(config_), config_.storage.directory / "rule-errors", replay_limits(config_)}),
            config_.stream.retention,
            [this](RacerId racer) {
                names_.erase(racer);
                asio::post(context_, [this, racer] { live_.erase(racer); });
            },
            [this](RacerId racer, std::int64_t asked_ms) { return quarantine_.erase(racer, asked_ms); }};
}

/// Before any record is read from the log, or any race restored: what is to be erased must not come back out of them.
void Daemon::Impl::recall_erasures()
{
    auto erasures = results_.erasures();
    if (!erasures) {
        throw std::runtime_error(database_path(config_).string() + ": " + erasures.error().message());
    }
    for (auto& erasure : *erasures) {
        erased_.add(erasure.racer_id, erasure.asked_ms);
        if (!erasure.done) {
            unfinished_erasures_.push_back(std::move(erasure));
        }
    }
}

void Daemon::Impl::erase(RacerId racer, std::function<void(serve::ErasureOutcome)> done)
{
    const auto answer = [done](Eraser::Outcome outcome) {
        if (auto* report = std::get_if<std::string>(&outcome)) {
            done(serve::ErasureReport{std::move(*report)});
        } else {
            done(serve::ErasureFailure{"not everything could be erased yet; it is tried again: " +
                                       std::get<boost::system::error_code>(outcome).message()});
        }
    };
    if (!eraser_.try_ask(racer, answer)) {
        done(serve::ErasureFailure{"too many people are being erased; try again later"});
        return;
    }
    erased_.add(racer, epoch_ms());  // from here on nothing of theirs is released, which would come as new
}

std::unique_ptr<Releaser> Daemon::Impl::make_releaser()
{
    if (config_.plausibility.mode != PlausibilityMode::Quarantine && quarantine_.positions().empty()) {
        return nullptr;
    }
    return std::make_unique<Releaser>(
        Releaser::Way{context_.get_executor(), quarantine_, erased_, replay_limits(config_)},
        stream_.make_producer("quarantine", [this] { asio::post(context_, [this] { releaser_->progress(); }); }));
}

bool Daemon::Impl::release(const serve::ReleaseOrder& order, Releaser::Done done)
{
    if (releaser_ == nullptr) {
        done({});
        return true;
    }
    return releaser_->try_release(order, std::move(done));
}

serve::Api Daemon::Impl::api()
{
    return {
        .classes =
            [this] {
                std::vector<serve::ClassInfo> classes;
                for (const auto& entry : config_.classes) {
                    classes.push_back({entry.id, entry.name, static_cast<std::uint32_t>(config_.race.length.count())});
                }
                return classes;
            },
        .name_of = [this](RacerId racer) { return names_.name(racer); },
        .bests = [this](ClassId id) { return history_.bests(id); },
        .live = live_,
        .leaderboards = leaderboards_,
        .queries = result_queries_,
        .score = config_.ranking.score,
        .ties = config_.ranking.ties,
        .clock =
            [this] {
                const auto& race = config_.race;
                return race_moment(epoch_ms(), static_cast<std::uint32_t>(race.window.count()),
                                   static_cast<std::uint32_t>(race.length.count()));
            },
        .rejects = rejects_,
        .access =
            [this](const net::Request& request) {
                const bool brings = access::Guard::brings_token(request);
                return serve::AccessInfo{guard_.required(), config_.auth.open_viewing,
                                         guard_.required() && brings ? guard_.identify(request) : std::nullopt};
            },
        .erase = [this](RacerId racer, auto done) { erase(racer, std::move(done)); },
        .ride = [this](const archive::RideQuery& query, auto done) { return rides_.try_ask(query, std::move(done)); },
        .quarantine = &quarantine_,
        .release = [this](const auto& order, auto done) { return release(order, std::move(done)); }};
}

/// On the recorder's thread.
void Daemon::Impl::tell_records(std::vector<ranking::RecordEvent> records)
{
    publish_records(records);
    asio::post(context_, [this, records = std::move(records)] { live_.publish_records(records); });
}

/// To the broker. Any thread.
void Daemon::Impl::publish_records(std::span<const ranking::RecordEvent> records)
{
    const auto& source = mqtt_.front()->source;
    if (source && source->connected() && !config_.mqtt.records_topic.empty()) {
        for (const auto& record : records) {
            source->publish(config_.mqtt.records_topic, serve::record_message(record));
        }
    }
}

HistorySink::Way Daemon::Impl::history_way()
{
    return {history_, ranking_, ledger_, config_.stream.log ? &checkpoints_ : nullptr, &flush_times_};
}

delivery::DeliveryPool::Options Daemon::Impl::pool_options()
{
    auto options = delivery_options(config_, transform_counters_);
    options.delivered = stored_;
    options.erased = &erased_;
    options.keep = [this](const auto& window) { return keep_held(window, erased_, quarantine_); };
    return options;
}

void Daemon::Impl::restore_races()
{
    results_.visit_names([this](RacerId racer, std::string_view name) { names_.set(racer, name); });
    if (!config_.stream.log) {
        return;
    }
    const auto& saved = results_.checkpoint();
    if (!saved.races.empty()) {
        const auto restored = ranking_.restore({saved.applied, saved.races, {}});
        if (restored) {
            return;
        }
        spdlog::warn("the races of the last run cannot be gone on with, and are read from the log: {}",
                     restored.error().message());
        checkpoints_.note_races(Checkpoints::Positions(checkpoints_.races().size()));
    }
    ranking_.begin_behind(checkpoints_.races());
}

serve::LiveFeed::Options Daemon::Impl::live_options()
{
    serve::LiveFeed::Options options;
    options.classes = class_ids(config_);
    options.last_second = static_cast<std::uint32_t>(config_.race.length.count());
    options.max_top = config_.limits.viewer_top;
    options.races = config_.limits.open_races;
    options.ties = config_.ranking.ties;
    options.bests = [this](ClassId id) { return history_.bests(id); };
    options.name_of = [this](RacerId racer) { return names_.name(racer); };
    return options;
}

std::vector<std::unique_ptr<stream::ShardConsumer>> Daemon::Impl::shard_consumers()
{
    std::vector<std::unique_ptr<stream::ShardConsumer>> consumers;
    recall_erasures();
    restore_races();  // before its positions are asked for
    const delivery::WindowHints hints{config_.delivery.interval, config_.delivery.size_bytes};
    const ShardConsumer::Way way{ranking_, delivery_, ledger_, checkpoints_, erased_, stored_, quarantine_.positions()};
    for (std::uint32_t shard = 0; shard < shards_; ++shard) {
        consumers.push_back(std::make_unique<ShardConsumer>(ShardId{shard}, hints, way));
    }
    return consumers;
}

void Daemon::Impl::add_routes()
{
    server_.set_gate([this](const net::Request& request) { return guard_.refuse(request); });
    server_.websocket("/ingest", [this](const net::Request& request) {
        return guard_.open(request, true, [this](const auto& identity) { return websocket_door_.open(identity); });
    });
    server_.websocket("/live",
                      [this](const net::Request& request) { return guard_.open(request, false, live_.open(request)); });
    server_.post("/", ingest::StreamApi::kMaxBodyBytes, [this](const net::Request& request, net::Reply reply) {
        stream_api_.handle(request, std::move(reply));
    });
    serve::add_history_routes(server_, history_);
    serve::add_api_routes(server_, api());
    serve::add_page_routes(server_);
    status_.add(judge_.get(), quarantine_);
    status_.add({"websocket", websocket_counters_});
    status_.add({"stream", stream_api_counters_});
    for (const auto& door : mqtt_) {
        status_.add({door->name, door->counters, door->source.get()});
    }
    serve::add_status_routes(server_, [this] { return status_.gather(stopping_); });
}

/// On the ranking thread: results go to the broker, boards to the network thread.
void Daemon::Impl::publish(ranking::RankingThread::Changes changes)
{
    if (std::ranges::any_of(changes.races,
                            [](const auto& race) { return race->state != ranking::RaceState::Running; })) {
        recorder_.hurry();
    }
    const auto& source = mqtt_.front()->source;
    if (source && source->connected() && !config_.mqtt.results_topic.empty()) {
        for (const auto& race : changes.races) {
            source->publish(config_.mqtt.results_topic,
                            serve::results_message(*race, std::chrono::system_clock::now()));
        }
    }
    publish_records(changes.records);  // last: what does not fit is dropped
    asio::post(context_, [this, changes = std::move(changes)] { live_.publish(changes); });
}

void Daemon::Impl::run()
{
    asio::signal_set signals(context_, SIGINT, SIGTERM);
    signals.async_wait([this](boost::system::error_code error, int signal) {
        if (!error) {
            spdlog::info("signal {}: stopping", signal);
            begin_stop();
        }
    });
    wait_for_hangup();
    server_.listen();
    ranking_.start();
    recorder_.start();
    merging_.start();
    delivery_.start();
    stream_.start();
    log_queries_.start();
    result_queries_.start();
    rides_.start();
    eraser_.start(std::move(unfinished_erasures_));
    quarantine_.start();
    for (const auto& door : mqtt_) {
        if (door->source) {
            door->source->start();
        }
    }
    const auto endpoint = server_.local_endpoint();
    const auto* scheme = config_.http.certificate_file.empty() ? "http" : "https";
    spdlog::info("listening on {}://{}:{}", scheme, endpoint.address().to_string(), endpoint.port());
    if (!config_.transform.url.empty() && config_.transform.concurrency < shards_) {
        spdlog::warn("transform.concurrency is {}, with {} shards: while so many calls hang, other shards wait",
                     config_.transform.concurrency, shards_);
    }
    if (config_.stream_api.access_keys.empty() && !guard_.required()) {
        spdlog::info("stream_api.access_keys is empty: whoever can connect may use the stream API, signed or not");
    }
    if (keeps_broker_files(config_)) {
        update_broker(config_, guard_.tokens());
    }
    refresh_tokens();
    service_.ready();
    feed_watchdog();
    context_.run();
    context_.restart();
    context_.poll();  // what the aborted connections still had to hear, so that none of them outlives the server
    finish_stop();
}

access::Guard::Options Daemon::Impl::guard_options() const
{
    access::Guard::Options options;
    options.open_viewing = config_.auth.open_viewing;
    options.first_message = config_.http.request_timeout;
    options.error_body = serve::error_answer;
    return options;
}

ingest::StreamApiOptions Daemon::Impl::stream_api_options()
{
    auto options = app::stream_api_options(config_);
    options.judge = judge_.get();
    if (guard_.required()) {  // the stream holds everybody's records
        options.admits = [this](const net::Request& request) {
            const auto identity = guard_.identify(request);
            return identity && identity->may_send() && !identity->racer;
        };
    }
    return options;
}

/// What `alleycatd token` has changed counts a second later.
void Daemon::Impl::refresh_tokens()
{
    if (guard_.required()) {
        refresh_.expires_after(kTokensCheck);
        refresh_.async_wait([this](boost::system::error_code error) {
            if (!error) {
                if (guard_.refresh() && keeps_broker_files(config_)) {
                    update_broker(config_, guard_.tokens());
                }
                refresh_tokens();
            }
        });
    }
}

/// From the network thread: where that hangs, nobody is served.
void Daemon::Impl::feed_watchdog()
{
    if (const auto interval = service_.watchdog_interval()) {
        service_.alive();
        watchdog_.expires_after(*interval);
        watchdog_.async_wait([this](boost::system::error_code error) {
            if (!error) {
                feed_watchdog();
            }
        });
    }
}

void Daemon::Impl::wait_for_hangup()
{
    hangup_.async_wait([this](boost::system::error_code error, int) {
        if (!error) {
            service_.reloading();
            reload_config();
            service_.ready();
            wait_for_hangup();
        }
    });
}

void Daemon::Impl::reload_config()
{
    const auto read = read_config_();
    if (const auto* refused = std::get_if<ExitNow>(&read)) {
        const auto text = std::string_view(refused->text).substr(0, refused->text.find('\n'));
        spdlog::error("the configuration is not reloaded: {}", text);
        return;
    }
    if (const auto tls = http_options(config_).tls) {
        try {
            server_.set_tls(*tls);
        } catch (const std::runtime_error& unreadable) {
            spdlog::error("the certificate is not reloaded: {}", unreadable.what());
        }
    }
    const auto& wanted = std::get<Config>(read);
    if (wanted.limits.record_bytes > config_.stream.ring_capacity_bytes / 4) {
        spdlog::error(
            "the configuration is not reloaded: limits.record_bytes: at most a quarter of the "
            "stream.ring_capacity that the daemon runs with");
        return;
    }
    try {
        add_classes(wanted);
    } catch (const std::runtime_error& unreadable) {
        spdlog::error("the configuration is not reloaded: {}", unreadable.what());
        return;
    }
    const auto changes = reload(config_, wanted);
    take_on(changes.taken);
    for (const auto& key : changes.taken) {
        spdlog::info("reloaded: {}", key);
    }
    for (const auto& key : changes.ignored) {
        spdlog::warn("{} has changed, and waits for a restart", key);
    }
    if (changes.taken.empty() && changes.ignored.empty()) {
        spdlog::info("the configuration has not changed");
    }
}

/// Before any door takes their records. A class that is no longer configured stays known until the next start, and is
/// refused at the doors.
void Daemon::Impl::add_classes(const Config& wanted)
{
    for (const auto id : class_ids(wanted)) {
        history_.add_class(id);
        ranking_.add_class(id);
    }
    ranking_.catch_up();
}

void Daemon::Impl::take_on(const std::vector<std::string>& keys)
{
    if (keys.empty()) {
        return;
    }
    set_log_level(config_.log.level);
    const auto& limits = config_.limits;
    websocket_door_.set_limits(record_limits(config_));
    stream_api_.set_limits(record_limits(config_));
    for (const auto& door : mqtt_) {
        if (door->source) {
            door->source->set_limits(record_limits(config_), limits.payload_bytes);
        }
    }
    if (judge_ != nullptr) {
        judge_->set_limits(plausibility_limits(config_));
    }
    live_.set_limits(class_ids(config_), limits.viewer_top);
    server_.set_limits(
        {limits.connections, limits.connections_per_address, limits.http_header_bytes, limits.payload_bytes});
}

void Daemon::Impl::begin_stop()
{
    if (stopping_) {
        return;
    }
    stopping_ = true;
    service_.stopping();
    hangup_.cancel();
    refresh_.cancel();
    stop_deadline_ = std::chrono::steady_clock::now() + config_.stream.stop_timeout;
    websocket_door_.close();
    stream_api_.close();
    if (releaser_ != nullptr) {
        releaser_->close();
    }
    stream_.hurry();
    wait_for_acknowledgements();
}

void Daemon::Impl::wait_for_acknowledgements()
{
    const bool settled =
        websocket_door_.settled() && stream_api_.settled() && (releaser_ == nullptr || releaser_->settled());
    if (!settled && std::chrono::steady_clock::now() < stop_deadline_) {
        goodbye_.expires_after(kGoodbyeCheck);
        goodbye_.async_wait([this](boost::system::error_code) { wait_for_acknowledgements(); });
        return;
    }
    server_.shut_down();
    wait_for_goodbyes(std::chrono::steady_clock::now() + kGoodbye);
}

void Daemon::Impl::wait_for_goodbyes(std::chrono::steady_clock::time_point deadline)
{
    goodbye_.expires_after(kGoodbyeCheck);
    goodbye_.async_wait([this, deadline](boost::system::error_code) {
        if (server_.connections() != 0 && std::chrono::steady_clock::now() < deadline) {
            wait_for_goodbyes(deadline);
            return;
        }
        server_.abort();
        context_.stop();
    });
}

void Daemon::Impl::finish_stop()
{
    for (const auto& door : mqtt_) {
        if (door->source) {
            door->source->stop(stop_deadline_);
        }
    }
    eraser_.stop();
    quarantine_.stop();
    rides_.stop();
    result_queries_.stop();
    log_queries_.stop();
    const auto lost = stream_.stop(stop_deadline_);
    const auto left = delivery_.stop(stop_deadline_);
    merging_.stop();
    ranking_.stop();
    recorder_.stop();
    // What was asked so long ago that no log holds it any more.
    const std::chrono::milliseconds retention(config_.stream.retention);
    static_cast<void>(results_.forget_erasures(epoch_ms() - 2 * retention.count()));
    const auto totals = ledger_.totals();
    spdlog::info("stopped; {} records accepted, {} applied", totals.accepted(), totals.applied);
    if (left != 0) {
        spdlog::warn("{} records could not be delivered in time; the next start takes them from the log", left);
    }
    if (lost != 0) {
        spdlog::error("{} records could not be written to the log in time; none of them was acknowledged", lost);
    }
}

Daemon::Daemon(const Config& config, ReadConfig read_config)
    : impl_(std::make_unique<Impl>(config, std::move(read_config)))
{
}
Daemon::~Daemon() = default;

void Daemon::run()
{
    impl_->run();
}

void Daemon::request_stop()
{
    impl_->request_stop();
}

}  // namespace alleycat::app
