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

void DeliveryThread::deliver(Delivered window)
{
    std::unique_lock lock(room_mutex_);
    room_.wait(lock, [&] { return queue_.try_push(window); });
}

void DeliveryThread::stop()
{
    if (thread_.joinable()) {
        queue_.close();
        thread_.join();
    }
}

std::optional<Delivered> DeliveryThread::take(SteadyTime until)
{
    auto window = queue_.pop_until(until);
    if (window) {
        const std::lock_guard lock(room_mutex_);  // else the notice could come between somebody's look and wait
        room_.notify_all();
    }
    return window;
}

void DeliveryThread::run()
{
    auto due = SteadyTime::min();
    while (!queue_.finished()) {
        auto window = take(due);
        auto now = std::chrono::steady_clock::now();
        while (window) {
            sink_->deliver(*window);
            now = std::chrono::steady_clock::now();
            window = now < due ? take(SteadyTime::min()) : std::nullopt;  // others come, perhaps without end
        }
        due = sink_->settle(now);
    }
    sink_->finish();
}

}  // namespace alleycat::delivery
