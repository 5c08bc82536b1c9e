#include <alleycat/delivery/delivery_thread.hpp>

namespace alleycat::delivery {

DeliveryThread::DeliveryThread(std::size_t capacity, std::unique_ptr<WindowSink> sink)
    : queue_(capacity), sink_(std::move(sink))
{
}

DeliveryThread::~DeliveryThread()
{
    stop();
}

void DeliveryThread::start()
{
    thread_ = std::thread(&DeliveryThread::run, this);
}

void DeliveryThread::stop()
{
    if (thread_.joinable()) {
        queue_.close();
        thread_.join();
    }
}

void DeliveryThread::run()
{
    auto due = SteadyTime::min();
    while (!queue_.finished()) {
        auto window = queue_.pop_until(due);
        auto now = std::chrono::steady_clock::now();
        while (window) {
            sink_->deliver(*window);
            now = std::chrono::steady_clock::now();
            window =
                now < due ? queue_.pop_until(SteadyTime::min()) : std::nullopt;  // others come, perhaps without end
        }
        due = sink_->settle(now);
    }
    sink_->finish();
}

}  // namespace alleycat::delivery
