#include "naive_results.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

using namespace alleycat;
using namespace alleycat::results;
using ranking::Score;

namespace {

/// What is logged while it lives.
class LogLines {
public:
    LogLines() : before_(spdlog::default_logger())
    {
        spdlog::set_default_logger(
            std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)));
    }
    LogLines(const LogLines&) = delete;
    LogLines& operator=(const LogLines&) = delete;
    ~LogLines() { spdlog::set_default_logger(before_); }

    [[nodiscard]] std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
    std::shared_ptr<spdlog::logger> before_;
};

}  // namespace

TEST_CASE("class records follow the configured score, and the log says how long that took", "[results]")
{
    StoreFixture fixture;
    NaiveResults naive(Score::Output);
    const auto races = batch({race(1, 1, {row(7, 100), row(8, 50)}), race(1, 2, {row(7, 80), row(8, 60)}),
                              race(2, 2, {row(7, 80)}), race(1, 3, {row(7, 100), row(9, 60)})});
    fixture.write(races);
    naive.write(races);
    for (const auto score : {Score::Mean, Score::Total, Score::Best, Score::Output}) {
        const LogLines log;
        fixture.options.score = score;
        naive.set_score(score);
        fixture.open();
        CHECK(fixture.boards->page(ClassId{1}, 0, 10).rows == naive.board(ClassId{1}, fixture.options.ties));
        CHECK(fixture.boards->page(ClassId{2}, 0, 10).rows == naive.board(ClassId{2}, fixture.options.ties));
        CHECK(fixture.problems().empty());
        CHECK_THAT(log.text(), Catch::Contains("and is " + std::string(ranking::name(score)) + " now: 4 rebuilt in "));
    }
}

TEST_CASE("class records are left alone where the score has not changed", "[results]")
{
    StoreFixture fixture;
    fixture.write(race(1, 1, {row(7, 100)}));
    fixture.close();
    fixture.execute("UPDATE class_records SET score = 5");
    const LogLines log;
    fixture.open();
    CHECK(fixture.records() == std::vector<ClassRecord>{{RacerId{7}, 5, RaceId{1}, 1'300}});
    CHECK(log.text().empty());
}
