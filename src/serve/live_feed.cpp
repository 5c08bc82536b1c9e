#include "live_boards.hpp"

#include <alleycat/serve/live_feed.hpp>
#include <alleycat/serve/record_message.hpp>

#include <algorithm>

namespace alleycat::serve {

using net::Opcode;

/// Viewers are grouped by what they can share: all that watch the same board, or, on the board `now`, all of those that
/// also ask for a row of their own. On the board `alltime` each racer sees another board.
struct ChannelKey {
    LiveQuery query;
    bool own_rows{false};

    auto operator<=>(const ChannelKey&) const = default;
};

class LiveFeed::Impl {
public:
    class Viewer;
    struct Channel {
        LiveQuery query;
        bool own_rows;
        LiveChannel board;
        std::uint64_t sequence;  // of the board's latest message
        LiveBoards::Sources shown;
        std::vector<Viewer*> viewers;
    };

    explicit Impl(Options options) : options_(std::move(options)), boards_(options_) {}

    void publish(const ranking::RankingThread::Changes& changes);
    void publish(std::span<const ranking::RecordEvent> records);
    void update_all();
    [[nodiscard]] std::uint64_t queued_bytes() const;
    [[nodiscard]] Channel& join(Viewer& viewer, const LiveQuery& query);
    void leave(Viewer& viewer, Channel& channel);

    Options options_;
    LiveBoards boards_;
    std::map<ChannelKey, Channel> channels_;  // those that have viewers
    std::size_t viewers_{0};
    std::uint64_t resyncs_{0};

private:
    using Records = std::vector<const ranking::RecordEvent*>;

    void update(Channel& channel);
    /// To viewers with rows of their own; none: the board has not changed.
    static void send_own(Channel& channel, const std::optional<LiveChannel::Message>& message);
    /// The channels whose viewers watch the race, on either board.
    [[nodiscard]] std::vector<Channel*> watching(ClassId class_id, RaceId race_id);
    /// The records' messages, each in a frame, one behind the other.
    [[nodiscard]] static std::shared_ptr<const std::string> frames(Records records);
    [[nodiscard]] static ChannelKey key(const LiveQuery& query);
};

class LiveFeed::Impl::Viewer final : public net::WebSocket::Handler {
public:
    Viewer(Impl& feed, LiveQuery query) : feed_(feed), query_(query) {}

    void on_open(net::WebSocket& socket) override
    {
        socket_ = &socket;
        channel_ = &feed_.join(*this, query_);
        sequence_ = channel_->sequence;
        send_snapshot();
    }
    bool on_text(std::string_view) override { return true; }  // nothing to say to us yet
    void on_closed() override
    {
        if (channel_ != nullptr) {
            feed_.leave(*this, *channel_);
        }
    }
    void on_drained() override
    {
        if (behind_) {
            behind_ = false;
            ++feed_.resyncs_;
            send_snapshot();
        }
    }

    /// The board's message as viewers of one channel share it: whole, or its first part where each has a row of its own
    /// behind it.
    static std::shared_ptr<const std::string> frame(std::string message, bool own_rows)
    {
        return std::make_shared<const std::string>(own_rows ? make_frame(Opcode::Text, message, false)
                                                            : make_frame(Opcode::Text, message.append("}")));
    }

    /// The board's next message, without a row of its own.
    void send(const std::shared_ptr<const std::string>& shared)
    {
        if (has_room(*shared)) {
            socket_->send(shared);
        }
    }

    /// The same number on the same board is the same frame, whoever gets it.
    using Frames = std::map<std::uint64_t, std::shared_ptr<const std::string>>;

    /// The board's next message, and the own row behind it.
    void send_own(const LiveChannel::Message& message, Frames& frames)
    {
        ++sequence_;
        if (!behind_) {
            own_row_ = own_row();
            send_with_own(message, frames);
        }
    }
    /// The board has not changed, but the own row may have.
    void send_own_where_new(const LiveChannel::Message& unchanged, Frames& frames)
    {
        if (behind_) {
            return;
        }
        if (auto row = own_row(); row != own_row_) {
            own_row_ = std::move(row);
            ++sequence_;
            send_with_own(unchanged, frames);
        }
    }

    void send_records(const std::shared_ptr<const std::string>& shared)
    {
        if (socket_->queued_bytes() == 0) {
            record_bytes_ = 0;
        }
        if (!behind_ && record_bytes_ + shared->size() <= kMaxRecordBytes) {
            record_bytes_ += shared->size();
            socket_->send(shared);
        }
    }

    [[nodiscard]] std::size_t queued_bytes() const { return socket_->queued_bytes(); }

private:
    void send_snapshot()
    {
        const auto snapshot = channel_->board.snapshot();
        if (channel_->own_rows) {
            Frames frames;
            own_row_ = own_row();
            send_with_own(snapshot, frames);
        } else {
            send(frame(snapshot.numbered(channel_->sequence), false));
        }
    }

    void send_with_own(const LiveChannel::Message& message, Frames& frames)
    {
        auto& shared = frames[sequence_];
        if (!shared) {
            shared = frame(message.numbered(sequence_), true);
        }
        if (has_room(*shared)) {
            socket_->send(shared, net::make_frame(Opcode::Continuation, own_row_));
        }
    }

    /// False, and the viewer is behind, where too much waits already.
    [[nodiscard]] bool has_room(const std::string& shared)
    {
        // Where it is behind, on_drained() follows, since something is queued.
        behind_ = behind_ || waiting_bytes() + shared.size() > std::max(kMaxQueuedBytes, 2 * shared.size());
        return !behind_;
    }

    /// What waits of the boards' messages, at least.
    [[nodiscard]] std::size_t waiting_bytes() const
    {
        const auto queued = socket_->queued_bytes();
        return queued - std::min(queued, record_bytes_);
    }

    [[nodiscard]] std::string own_row() const
    {
        std::string text = R"(,"me":)";
        if (const auto row = feed_.boards_.own_row(query_)) {
            append_entry(text, *row);
        } else {
            text.append("null");
        }
        return text.append("}");
    }

    Impl& feed_;
    const LiveQuery query_;
    net::WebSocket* socket_{nullptr};
    Channel* channel_{nullptr};
    std::uint64_t sequence_{0};    // of the latest message, where it has a row of its own; others share the channel's
    std::string own_row_;          // as told last, likewise
    std::size_t record_bytes_{0};  // of records, sent since nothing waited
    bool behind_{false};
};

ChannelKey LiveFeed::Impl::key(const LiveQuery& query)
{
    ChannelKey key{query, query.racer_id.has_value()};
    if (query.board == Board::Now) {
        key.query.racer_id.reset();
    }
    return key;
}

LiveFeed::Impl::Channel& LiveFeed::Impl::join(Viewer& viewer, const LiveQuery& query)
{
    const auto shared = key(query);
    auto found = channels_.find(shared);
    if (found == channels_.end()) {
        found =
            channels_
                .emplace(shared,
                         Channel{shared.query, shared.own_rows, LiveChannel(query.class_id, query.board), 1, {}, {}})
                .first;
        found->second.shown = boards_.sources(shared.query);
        static_cast<void>(found->second.board.show(boards_.view(shared.query)));
    }
    found->second.viewers.push_back(&viewer);
    ++viewers_;
    return found->second;
}

void LiveFeed::Impl::leave(Viewer& viewer, Channel& channel)
{
    std::erase(channel.viewers, &viewer);
    --viewers_;
    if (channel.viewers.empty()) {
        channels_.erase({channel.query, channel.own_rows});
    }
}

std::uint64_t LiveFeed::Impl::queued_bytes() const
{
    std::uint64_t bytes = 0;
    for (const auto& [shared, channel] : channels_) {
        for (const auto* viewer : channel.viewers) {
            bytes += viewer->queued_bytes();
        }
    }
    return bytes;
}

void LiveFeed::Impl::publish(const ranking::RankingThread::Changes& changes)
{
    for (const auto& race : changes.races) {
        boards_.update(race);
    }
    update_all();
    publish(changes.records);
}

void LiveFeed::Impl::update_all()
{
    for (auto& [shared, channel] : channels_) {
        update(channel);
    }
}

void LiveFeed::Impl::publish(std::span<const ranking::RecordEvent> records)
{
    std::map<std::pair<ClassId, RaceId>, Records> races;
    for (const auto& record : records) {
        races[{record.class_id, record.race_id}].push_back(&record);
    }
    for (auto& [race, ridden] : races) {
        const auto channels = watching(race.first, race.second);
        if (channels.empty()) {
            continue;
        }
        const auto shared = frames(std::move(ridden));
        for (auto* channel : channels) {
            for (auto* viewer : channel->viewers) {
                viewer->send_records(shared);
            }
        }
    }
}

std::vector<LiveFeed::Impl::Channel*> LiveFeed::Impl::watching(ClassId class_id, RaceId race_id)
{
    std::vector<Channel*> found;
    for (auto& [shared, channel] : channels_) {
        const auto& newest = channel.shown.race;
        const auto race = channel.query.race_id ? channel.query.race_id
                          : newest != nullptr   ? std::optional(newest->race_id)
                                                : std::nullopt;
        if (channel.query.class_id == class_id && race == race_id) {
            found.push_back(&channel);
        }
    }
    return found;
}

std::shared_ptr<const std::string> LiveFeed::Impl::frames(Records records)
{
    std::stable_sort(records.begin(), records.end(), [](const auto* a, const auto* b) { return a->kind > b->kind; });
    records.resize(std::min(records.size(), kMaxRecords));
    std::string all;
    for (const auto* record : records) {
        all.append(make_frame(Opcode::Text, record_message(*record)));
    }
    return std::make_shared<const std::string>(std::move(all));
}

void LiveFeed::Impl::update(Channel& channel)
{
    auto sources = boards_.sources(channel.query);
    if (sources == channel.shown) {
        return;
    }
    channel.shown = std::move(sources);
    const auto message = channel.board.show(boards_.view(channel.query));
    if (message) {
        ++channel.sequence;
    }
    if (channel.own_rows) {
        send_own(channel, message);
    } else if (message) {
        const auto shared = Viewer::frame(message->numbered(channel.sequence), false);
        for (auto* viewer : channel.viewers) {
            viewer->send(shared);
        }
    }
}

void LiveFeed::Impl::send_own(Channel& channel, const std::optional<LiveChannel::Message>& message)
{
    Viewer::Frames frames;
    const auto unchanged = message ? LiveChannel::Message() : channel.board.unchanged();
    for (auto* viewer : channel.viewers) {
        message ? viewer->send_own(*message, frames) : viewer->send_own_where_new(unchanged, frames);
    }
}

LiveFeed::LiveFeed(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
LiveFeed::~LiveFeed() = default;

std::variant<std::unique_ptr<net::WebSocket::Handler>, net::Response> LiveFeed::open(const net::Request& request)
{
    const auto parsed = parse_live_query(request, impl_->options_.classes, impl_->options_.max_top);
    if (const auto* wrong = std::get_if<std::string>(&parsed)) {
        return net::Response::text(400, *wrong + "\n");
    }
    return std::make_unique<Impl::Viewer>(*impl_, std::get<LiveQuery>(parsed));
}

void LiveFeed::publish(const ranking::RankingThread::Changes& changes)
{
    impl_->publish(changes);
}

void LiveFeed::show_stored(std::shared_ptr<const ranking::RaceSnapshot> race)
{
    impl_->boards_.update_stored(std::move(race));
    impl_->update_all();
}

void LiveFeed::publish_records(std::span<const ranking::RecordEvent> records)
{
    impl_->publish(records);
}

void LiveFeed::erase(RacerId racer)
{
    impl_->boards_.erase(racer);
    impl_->update_all();
}

void LiveFeed::forget(ClassId class_id, RaceId race_id)
{
    impl_->boards_.forget(class_id, race_id);
    impl_->update_all();
}

std::shared_ptr<const ranking::RaceSnapshot> LiveFeed::race(ClassId class_id, RaceId race_id) const
{
    return impl_->boards_.race(class_id, race_id);
}

std::vector<std::shared_ptr<const ranking::RaceSnapshot>> LiveFeed::races(ClassId class_id) const
{
    return impl_->boards_.races(class_id);
}

std::size_t LiveFeed::viewers() const
{
    return impl_->viewers_;
}

std::uint64_t LiveFeed::queued_bytes() const
{
    return impl_->queued_bytes();
}

std::uint64_t LiveFeed::resyncs() const
{
    return impl_->resyncs_;
}

void LiveFeed::set_limits(std::vector<ClassId> classes, std::size_t max_top)
{
    impl_->options_.classes = std::move(classes);
    impl_->options_.max_top = max_top;
}

std::size_t LiveFeed::max_top() const
{
    return impl_->options_.max_top;
}

}  // namespace alleycat::serve
