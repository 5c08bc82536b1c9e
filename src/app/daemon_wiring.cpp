#include "daemon_impl.hpp"
#include "held_keeper.hpp"
#include "shard_consumer.hpp"

#include <alleycat/core/clock.hpp>
#include <alleycat/serve/history_routes.hpp>
#include <alleycat/serve/page_routes.hpp>

#include <spdlog/spdlog.h>

namespace alleycat::app {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kWindowsPerShard = 2;  // that wait to be merged

}  // namespace

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
      broker_keeper_(keeps_broker_files(config) ? std::make_unique<BrokerKeeper>(config) : nullptr),
      doors_({config_, context_, stream_, log_queries_, guard_, judge_.get(), quarantine_, erased_}),
      live_(live_options()),
      server_(context_, http_options(config)),
      status_(
          {config_, stream_, ledger_, delivery_, transform_counters_, flush_times_, recorder_, live_, server_, guard_})
{
    add_routes();
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
        .rejects = doors_.rejects(),
        .access =
            [this](const net::Request& request) {
                const bool brings = access::Guard::brings_token(request);
                return serve::AccessInfo{guard_.required(), config_.auth.open_viewing,
                                         guard_.required() && brings ? guard_.identify(request) : std::nullopt};
            },
        .erase = [this](RacerId racer, auto done) { erase(racer, std::move(done)); },
        .ride = [this](const archive::RideQuery& query, auto done) { return rides_.try_ask(query, std::move(done)); },
        .quarantine = &quarantine_,
        .release = [this](const auto& order, auto done) { return doors_.release(order, std::move(done)); }};
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

/// What was the newest race of each class before the start is so until somebody rides.
void Daemon::Impl::show_stored_races()
{
    for (const auto& entry : config_.classes) {
        const auto races = closed_races_.races(entry.id, std::nullopt, 1);
        if (races && races->empty()) {
            continue;
        }
        auto stored = races ? closed_races_.result(entry.id, races->front().race_id) : races.error();
        if (!stored) {
            spdlog::error("the newest race of class {} cannot be read: {}", raw(entry.id), stored.error().message());
        } else if (*stored) {
            std::erase_if((*stored)->rows,
                          [this](const auto& row) { return erased_.erased(row.racer_id, row.last_ms); });
            live_.show_stored(ranking::RaceSnapshot::of(**stored, config_.ranking.score, config_.ranking.ties));
        }
    }
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
    doors_.add_routes(server_);
    server_.websocket("/live",
                      [this](const net::Request& request) { return guard_.open(request, false, live_.open(request)); });
    serve::add_history_routes(server_, history_);
    serve::add_api_routes(server_, api());
    serve::add_page_routes(server_);
    status_.add(judge_.get(), quarantine_);
    doors_.add_to(status_);
    serve::add_status_routes(server_, [this] { return status_.gather(stopping_); });
}

access::Guard::Options Daemon::Impl::guard_options() const
{
    access::Guard::Options options;
    options.open_viewing = config_.auth.open_viewing;
    options.first_message = config_.http.request_timeout;
    options.error_body = serve::error_answer;
    return options;
}

}  // namespace alleycat::app
