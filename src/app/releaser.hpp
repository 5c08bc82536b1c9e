#pragma once

#include <alleycat/core/erased_racers.hpp>
#include <alleycat/quarantine/quarantine.hpp>
#include <alleycat/serve/api_routes.hpp>
#include <alleycat/stream/stream.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <functional>
#include <vector>

namespace alleycat::app {

/// Lets go what is held: brings it into the stream once more, marked as released, and forgets it when that is durable.
///
/// A crash between the two leaves a record in both: releasing it again changes nothing. Many are brought in steps of
/// kStep, so that memory stays bounded, and one order after the other.
///
/// Thread: the network thread; only the producer's on_progress crosses over, and it must post to progress().
/// Full:   at most kOrders wait.
class Releaser {
public:
    static constexpr std::size_t kStep = 500;     ///< records
    static constexpr std::size_t kOrders = 16;    ///< that wait
    static constexpr std::size_t kMost = 10'000;  ///< records an order

    struct Way {
        boost::asio::any_io_executor network;
        quarantine::Quarantine& quarantine;
        const ErasedRacers& erased;      ///< what was held of these is not let go
        telemetry::RecordLimits limits;  ///< what was valid when it came, whatever it is now
    };
    using Done = std::function<void(const serve::ReleaseOutcome&)>;

    Releaser(Way way, stream::Producer producer);

    /// False, and `done` is not called, where too many wait, or it is closed.
    [[nodiscard]] bool try_release(serve::ReleaseOrder order, Done done);

    /// Records became durable, or a ring that was full has room.
    void progress();

    /// Takes no further orders, and ends the one that runs behind the step that it is at.
    void close();
    /// No order waits.
    [[nodiscard]] bool settled() const { return orders_.empty(); }

private:
    using Id = quarantine::HeldId;
    struct Order {
        serve::ReleaseOrder what;
        Done done;
        std::optional<Id> after;  // behind what was looked at
        serve::ReleaseOutcome outcome;
    };
    /// What the order that runs is at.
    struct Step {
        std::vector<quarantine::HeldRecord> records;
        std::size_t appended{0};  // of them, or passed over
        std::vector<Id> settled;  // that are to go when the stream has them
        bool last{false};
        stream::Ticket ticket{0};  // 0: not all are appended
    };

    /// Runs `task` on the quarantine's thread and `then` with what it returns on the network thread.
    template <class Task, class Then>
    void ask(Task task, Then then);
    void begin_step();
    void take(Result<quarantine::Page> page);
    void append();
    /// False where it found no room.
    [[nodiscard]] bool append(const quarantine::HeldRecord& record);
    void forget();
    void count_left();
    void finish();
    void fail(const boost::system::error_code& error);

    const Way way_;
    stream::Producer producer_;
    telemetry::RecordReader reader_;
    std::string payload_;       // a record's text and the padding that the reader asks for
    std::deque<Order> orders_;  // the first one runs
    std::optional<Step> step_;  // none while the quarantine is asked
    bool closed_{false};
};

}  // namespace alleycat::app
