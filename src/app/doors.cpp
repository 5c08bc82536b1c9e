#include "doors.hpp"

#include "room_options.hpp"

#include <boost/asio/post.hpp>

namespace alleycat::app {

Doors::Doors(const Way& way)
    : way_(way),
      websocket_(way.network.get_executor(),
                 intake(way.config.stream.partition_key, producer("websocket", [this] { websocket_.progress(); }),
                        websocket_counters_),
                 rate_options(way.config)),
      api_(way.network.get_executor(), api_options(), producer("stream", [this] { api_.progress(); }), way.stream,
           way.log_queries, api_counters_),
      releaser_(make_releaser())
{
    add_mqtt_door("mqtt", default_rule(way.config));
    for (const auto& rule : way.config.rules) {
        add_mqtt_door("mqtt-" + rule.name, rule);
    }
}

stream::Producer Doors::producer(std::string name, std::function<void()> progress)
{
    return way_.stream.make_producer(std::move(name), [&network = way_.network, progress = std::move(progress)] {
        boost::asio::post(network, progress);
    });
}

ingest::Intake Doors::intake(std::string_view partition_key, stream::Producer producer, DoorCounters& counters) const
{
    ingest::Intake intake(record_limits(way_.config), partition_key, std::move(producer), counters);
    if (way_.judge != nullptr) {
        intake.judge_by(*way_.judge);
    }
    return intake;
}

ingest::StreamApiOptions Doors::api_options() const
{
    auto options = stream_api_options(way_.config);
    options.judge = way_.judge;
    if (way_.guard.required()) {  // the stream holds everybody's records
        options.admits = [&guard = way_.guard](const net::Request& request) {
            const auto identity = guard.identify(request);
            return identity && identity->may_send() && !identity->racer;
        };
    }
    return options;
}

std::unique_ptr<Releaser> Doors::make_releaser()
{
    if (way_.config.plausibility.mode != PlausibilityMode::Quarantine && way_.quarantine.positions().empty()) {
        return nullptr;
    }
    return std::make_unique<Releaser>(
        Releaser::Way{way_.network.get_executor(), way_.quarantine, way_.erased, replay_limits(way_.config)},
        producer("quarantine", [this] { releaser_->progress(); }));
}

void Doors::add_mqtt_door(const std::string& name, const ingest::RuleOptions& rule)
{
    auto& door = *mqtt_.emplace_back(std::make_unique<MqttDoor>(name, rejects_));
    if (way_.config.mqtt.broker) {
        const auto& key = rule.partition_key.empty() ? way_.config.stream.partition_key : rule.partition_key;
        auto producer = way_.stream.make_producer(door.name, [&door] { door.source->progress(); });
        door.source = std::make_unique<ingest::MqttSource>(mqtt_options(way_.config, rule),
                                                           intake(key, std::move(producer), door.counters));
    }
}

void Doors::add_routes(net::HttpServer& server)
{
    server.websocket("/ingest", [this](const net::Request& request) {
        return way_.guard.open(request, true, [this](const auto& identity) { return websocket_.open(identity); });
    });
    server.post("/", ingest::StreamApi::kMaxBodyBytes,
                [this](const net::Request& request, net::Reply reply) { api_.handle(request, std::move(reply)); });
}

void Doors::add_to(StatusReport& status) const
{
    status.add({"websocket", websocket_counters_});
    status.add({"stream", api_counters_});
    for (const auto& door : mqtt_) {
        status.add({door->name, door->counters, door->source.get()});
    }
}

void Doors::start()
{
    for (const auto& door : mqtt_) {
        if (door->source) {
            door->source->start();
        }
    }
}

void Doors::set_limits()
{
    const auto limits = record_limits(way_.config);
    websocket_.set_limits(limits);
    api_.set_limits(limits);
    for (const auto& door : mqtt_) {
        if (door->source) {
            door->source->set_limits(limits, way_.config.limits.payload_bytes);
        }
    }
}

bool Doors::release(const serve::ReleaseOrder& order, Releaser::Done done)
{
    if (releaser_ == nullptr) {
        done({});
        return true;
    }
    return releaser_->try_release(order, std::move(done));
}

void Doors::close()
{
    websocket_.close();
    api_.close();
    if (releaser_ != nullptr) {
        releaser_->close();
    }
}

bool Doors::settled() const
{
    return websocket_.settled() && api_.settled() && (releaser_ == nullptr || releaser_->settled());
}

void Doors::stop(std::chrono::steady_clock::time_point deadline)
{
    for (const auto& door : mqtt_) {
        if (door->source) {
            door->source->stop(deadline);
        }
    }
}

}  // namespace alleycat::app
