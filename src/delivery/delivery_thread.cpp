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
    push(std::move(window));
}

void DeliveryThread::run_behind(Task task)
{
    push(std::move(task));
}

void DeliveryThread::push(Work work)
{
    std::unique_lock lock(room_mutex_);
    room_.wait(lock, [&] { return queue_.try_push(work); });
}

void DeliveryThread::stop()
{
    if (thread_.joinable()) {
        queue_.close();
        thread_.join();
    }
}

std::optional<DeliveryThread::Work> DeliveryThread::take(SteadyTime until)
{
    auto work = queue_.pop_until(until);
    if (work) {
        const std::lock_guard lock(room_mutex_);  // else the notice could come between somebody's look and wait
        room_.notify_all();
    }
    return work;
}

void DeliveryThread::perform(const Work& work)
{
    if (const auto* window = std::get_if<Delivered>(&work)) {
        sink_->deliver(*window);
    } else {
        std::get<Task>(work)();
    }
}

void DeliveryThread::run()
{
    auto due = SteadyTime::min();
    while (!queue_.finished()) {
        auto work = take(due);
        auto now = std::chrono::steady_clock::now();
        while (work) {
            perform(*work);
            now = std::chrono::steady_clock::now();
            work = now < due ? take(SteadyTime::min()) : std::nullopt;  // other comes, perhaps without end
        }
        due = sink_->settle(now);
    }
    sink_->finish();
}

}  // namespace alleycat::delivery
