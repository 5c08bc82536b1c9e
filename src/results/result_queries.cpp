#include <alleycat/results/result_queries.hpp>

#include <chrono>
#include <utility>

namespace alleycat::results {

ResultQueries::ResultQueries(ResultReader reader) : reader_(std::move(reader)) {}

ResultQueries::~ResultQueries()
{
    stop();
}

void ResultQueries::start()
{
    thread_ = std::thread(&ResultQueries::run, this);
}

void ResultQueries::stop()
{
    if (thread_.joinable()) {
        stopping_ = true;
        queue_.close();
        thread_.join();
    }
}

bool ResultQueries::try_ask(Query query)
{
    return queue_.try_push(query);
}

void ResultQueries::run()
{
    while (!queue_.finished() && !stopping_) {
        if (const auto query = queue_.pop_until(std::chrono::steady_clock::time_point::max())) {
            (*query)(reader_);
        }
    }
}

}  // namespace alleycat::results
