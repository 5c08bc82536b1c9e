#include "results_fixture.hpp"

#include <alleycat/results/result_queries.hpp>

#include <future>

using namespace alleycat;
using namespace alleycat::results;

TEST_CASE("a query is answered on a thread of its own", "[results]")
{
    StoreFixture fixture;
    fixture.write(race(1, 5, {row(7, 100)}));
    ResultQueries queries(fixture.reader());
    queries.start();
    std::promise<Result<std::optional<RaceResult>>> result;
    std::promise<std::thread::id> thread;
    REQUIRE(queries.try_ask([&](const ResultReader& reader) {
        thread.set_value(std::this_thread::get_id());
        result.set_value(reader.result(ClassId{1}, RaceId{5}));
    }));
    CHECK(thread.get_future().get() != std::this_thread::get_id());
    CHECK(value_of(result.get_future().get()) == race(1, 5, {row(7, 100)}));
}

TEST_CASE("a query that finds too many waiting is refused", "[results]")
{
    StoreFixture fixture;
    ResultQueries queries(fixture.reader());
    int asked = 0;
    const ResultQueries::Query query = [&asked](const ResultReader&) { ++asked; };
    for (std::size_t waiting = 0; waiting < ResultQueries::kCapacity; ++waiting) {
        REQUIRE(queries.try_ask(query));
    }
    CHECK_FALSE(queries.try_ask(query));

    queries.start();
    std::promise<void> last;
    while (!queries.try_ask([&last](const ResultReader&) { last.set_value(); })) {
        std::this_thread::yield();
    }
    last.get_future().wait();
    queries.stop();
    CHECK(asked == ResultQueries::kCapacity);
    CHECK_FALSE(queries.try_ask(query));
}
