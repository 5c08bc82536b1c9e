#include <alleycat/results/result_queries.hpp>

#include <utility>

namespace alleycat::results {

ResultQueries::ResultQueries(ResultReader reader) : reader_(std::move(reader)) {}

bool ResultQueries::try_ask(Query query)
{
    return thread_.try_run([this, query = std::move(query)] { query(reader_); });
}

}  // namespace alleycat::results
