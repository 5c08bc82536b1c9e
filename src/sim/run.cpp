#include "run.hpp"

#include "progress.hpp"
#include "sender.hpp"
#include "simulation.hpp"

#include <alleycat/core/clock.hpp>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <iostream>

namespace alleycat::sim {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kProgressEvery{200};

double process_cpu_s()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Clocks real_clocks()
{
    return {&std::chrono::steady_clock::now, [] { return epoch_ms(); }, &process_cpu_s};
}

std::unique_ptr<Sender> make_sender(asio::io_context& io, const Options& options)
{
    if (options.transport == Transport::WebSocket) {
        return make_websocket_sender(io, {options.host, options.port, options.path, options.token},
                                     options.connections);
    }
    if (options.transport == Transport::Stream) {
        return make_stream_sender(io,
                                  {options.host,
                                   options.port,
                                   options.stream,
                                   options.batch,
                                   {options.access_key_id, options.secret_key},
                                   options.token},
                                  options.connections);
    }
    std::uint16_t port = 0;
    std::from_chars(options.port.data(), options.port.data() + options.port.size(), port);
    return make_mqtt_sender(io, {options.host, port, options.topic, options.qos, options.username, options.password},
                            options.connections);
}

/// What went wrong and was made good, if anything.
void print_troubles(const Tally& tally)
{
    if (tally.reconnects == 0 && tally.failed == 0) {
        return;
    }
    std::cerr << "alleycat-sim: ";
    if (tally.reconnects > 0) {
        std::cerr << tally.reconnects << " connections were lost and opened again; ";
    }
    if (tally.failed > 0) {
        std::cerr << tally.failed << " records failed for a while and were put again; ";
    }
    std::cerr << "the last failure: " << tally.last_error << '\n';
}

/// Calls the simulation's tick() and shows its progress.
class Runner {
public:
    explicit Runner(const Options& options)
        : sender_(make_sender(io_, options)),
          simulation_(options, *sender_, real_clocks()),
          signals_(io_, SIGINT, SIGTERM),
          timer_(io_),
          shows_progress_(!options.quiet && ::isatty(STDERR_FILENO) != 0)
    {
    }

    int run()
    {
        wait_for_signal();
        sender_->start();
        timer_.expires_after({});
        on_tick();
        io_.run();
        return finish();
    }

private:
    void wait_for_signal()
    {
        signals_.async_wait([this](error_code error, int) {
            if (!error) {
                simulation_.request_stop();
                wait_for_signal();
            }
        });
    }

    void on_tick()
    {
        if (!simulation_.tick()) {
            io_.stop();
            return;
        }
        show_progress();
        // A late tick does not shift the next ones, but ticks that are missed altogether are not made up for.
        const auto now = std::chrono::steady_clock::now();
        timer_.expires_at(std::max(timer_.expiry() + Simulation::kTick, now));
        timer_.async_wait([this](error_code error) {
            if (!error) {
                on_tick();
            }
        });
    }

    void show_progress()
    {
        const auto now = std::chrono::steady_clock::now();
        if (!shows_progress_ || now < next_progress_) {
            return;
        }
        next_progress_ = now + kProgressEvery;
        winsize size{};
        const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20;
        std::cerr << bar_.render(simulation_.progress(), known ? size.ws_col - 1U : 79U) << std::flush;
    }

    int finish()
    {
        sender_->stop();
        if (shows_progress_) {
            std::cerr << kClearLine;
        }
        const Tally& tally = sender_->tally();
        for (const std::string& reject : tally.first_rejects) {
            std::cerr << "alleycat-sim: " << reject << '\n';
        }
        if (!simulation_.failure().empty()) {
            std::cerr << "alleycat-sim: " << simulation_.failure() << '\n';
        } else {
            print_troubles(tally);
        }
        std::cout << to_json(simulation_.summary()) << std::endl;
        return simulation_.succeeded() ? 0 : 1;
    }

    asio::io_context io_{1};
    std::unique_ptr<Sender> sender_;
    Simulation simulation_;
    asio::signal_set signals_;
    asio::steady_timer timer_;
    const bool shows_progress_;
    ProgressBar bar_;
    Instant next_progress_{};
};

}  // namespace

int run(const Options& options)
{
    return Runner(options).run();
}

}  // namespace alleycat::sim
