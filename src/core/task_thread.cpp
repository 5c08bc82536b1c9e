#include <alleycat/core/task_thread.hpp>

#include <utility>

namespace alleycat {

using std::chrono::steady_clock;

TaskThread::TaskThread(std::size_t capacity, std::optional<Chore> chore) : chore_(std::move(chore)), tasks_(capacity) {}

TaskThread::~TaskThread()
{
    stop();
}

void TaskThread::start()
{
    thread_ = std::thread(&TaskThread::run, this);
}

void TaskThread::stop()
{
    stopping_ = true;
    tasks_.close();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void TaskThread::run()
{
    next_chore_ = chore_ ? steady_clock::now() : steady_clock::time_point::max();
    while (!stopping_) {
        const auto next = do_chore();
        if (const auto task = tasks_.pop_until(next)) {
            (*task)();
        }
    }
}

steady_clock::time_point TaskThread::do_chore()
{
    if (steady_clock::now() >= next_chore_) {
        chore_->run();
        next_chore_ = steady_clock::now() + chore_->interval;
    }
    return next_chore_;
}

}  // namespace alleycat
