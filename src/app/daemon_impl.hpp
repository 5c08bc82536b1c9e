#pragma once

#include "broker_keeper.hpp"
#include "checkpoints.hpp"
#include "daemon.hpp"
#include "doors.hpp"
#include "eraser.hpp"
#include "history_sink.hpp"
#include "race_recorder.hpp"
#include "room_options.hpp"
#include "service_notifier.hpp"
#include "status_report.hpp"
#include "storage_lock.hpp"

#include <alleycat/archive/ride_reader.hpp>
#include <alleycat/delivery/file_span.hpp>
#include <alleycat/ranking/name_book.hpp>
#include <alleycat/results/result_queries.hpp>
#include <alleycat/serve/api_routes.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <unistd.h>

namespace alleycat::app {

/// The rooms, and nothing that any of them could do.
class Daemon::Impl {
public:
    Impl(const Config& config, ReadConfig read_config);

    void run();
    void request_stop()
    {
        boost::asio::post(context_, [this] { begin_stop(); });
    }

private:
    // What each room is made with (daemon_wiring.cpp).
    [[nodiscard]] std::vector<std::unique_ptr<stream::ShardConsumer>> shard_consumers();
    void recall_erasures();
    void restore_races();
    void show_stored_races();
    [[nodiscard]] delivery::DeliveryPool::Options pool_options();
    [[nodiscard]] HistorySink::Way history_way();
    [[nodiscard]] ranking::RankingThread::Options ranking_options();
    [[nodiscard]] bool is_closed(ClassId class_id, RaceId race_id) const;
    [[nodiscard]] std::optional<std::int64_t> race_clock();
    [[nodiscard]] RaceRecorder::Way recorder_way();
    [[nodiscard]] archive::RideReader::Options ride_options();
    [[nodiscard]] Eraser::Way eraser_way();
    [[nodiscard]] access::Guard::Options guard_options() const;
    [[nodiscard]] serve::LiveFeed::Options live_options();
    [[nodiscard]] serve::Api api();
    void add_routes();

    // What goes on while it runs, and its end (daemon.cpp).
    void publish(ranking::RankingThread::Changes changes);
    void tell_records(std::vector<ranking::RecordEvent> records);
    void erase(RacerId racer, std::function<void(serve::ErasureOutcome)> done);
    void refresh_tokens();
    void feed_watchdog();
    void begin_stop();
    void wait_for_acknowledgements();
    void wait_for_goodbyes(std::chrono::steady_clock::time_point deadline);
    void finish_stop();

    // What is new in the configuration (daemon_reload.cpp).
    void wait_for_hangup();
    void reload_config();
    void add_classes(const Config& wanted);
    void take_on(const std::vector<std::string>& keys);

    Config config_;  // its live keys change at a reload; only this thread reads those
    const ReadConfig read_config_;
    const ServiceNotifier service_{read_environment(environ)};
    const StorageLock lock_{config_.storage.directory};
    boost::asio::io_context context_{1};
    boost::asio::steady_timer goodbye_{context_};
    boost::asio::steady_timer watchdog_{context_};
    boost::asio::steady_timer refresh_{context_};
    boost::asio::signal_set hangup_{context_, SIGHUP};
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
    const std::unique_ptr<BrokerKeeper> broker_keeper_;  // null: nobody keeps the broker's files
    Doors doors_;
    serve::LiveFeed live_;
    net::HttpServer server_;
    StatusReport status_;
};

}  // namespace alleycat::app
