#include "archive_fixture.hpp"

#include <alleycat/archive/file_eraser.hpp>

#include <random>

namespace alleycat::archive {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kAsked = kStart + 10 * kMinute;

std::string failed_line(const std::string& data, std::optional<std::int64_t> arrival_ms)
{
    std::string line = R"({"attemptsMade":1)";
    if (arrival_ms) {
        append_number(line.append(R"(,"arrivalTimestamp":)"), *arrival_ms);
    }
    line += R"(,"errorCode":"InvalidJson","errorMessage":"a \"rawData\":\"message\"","rawData":")";
    append_base64(line, data);
    return line + R"(","transform":"built-in"})";
}

std::string rule_line(const std::string& payload)
{
    std::string line = R"({"ruleName":"r","topic":"t","clientId":"N/A","base64OriginalPayload":")";
    append_base64(line, payload);
    return line + R"(","failures":[]})";
}

/// A data directory with files of all sorts, and an eraser of it.
struct EraserFixture {
    TemporaryDirectory directory;
    fs::path delivery{directory.path() / "delivery"};
    fs::path failed{delivery / "processing-failed"};
    fs::path rule_errors{directory.path() / "rule-errors"};
    FileEraser eraser{{delivery, rule_errors, record_limits()}};
    FileEraser::Request request{RacerId{7}, kAsked, {1'000, 1'000}};
    SystemTime now{std::chrono::milliseconds(kAsked + 60 * kMinute)};

    fs::path object(std::int64_t at_ms, std::uint64_t first, std::uint64_t last, const std::vector<std::string>& lines)
    {
        return store_object(delivery, at_ms, {ShardId{1}, first, last, true}, lines);
    }
    static fs::path plain(const fs::path& folder, std::int64_t at_ms, const std::string& id, const std::string& ending,
                          const std::vector<std::string>& lines)
    {
        std::string text;
        for (const auto& line : lines) {
            text += line + "\n";
        }
        const std::string_view part = text;
        return HourlyFolder(folder)
            .store(SystemTime(std::chrono::milliseconds(at_ms)), {"stem", id, ending}, {&part, 1})
            .value();
    }
    fs::path failures(std::int64_t at_ms, std::uint64_t first, const std::vector<std::string>& lines) const
    {
        return plain(failed, at_ms, delivery::file_id({ShardId{1}, first, first + 9, true}), "", lines);
    }
    fs::path rule_file(std::int64_t at_ms, const std::vector<std::string>& lines) const
    {
        return plain(rule_errors / "default", at_ms, "0b9b5a5e-0000-4000-8000-000000000000", ".ndjson", lines);
    }
    FileEraser::Report erase(const std::function<bool()>& given_up = [] { return false; }) const
    {
        return eraser.erase(request, now, given_up);
    }
};

using Count = FileEraser::Count;

const std::string kTheirs = RecordText{.more = R"(,"output":132.25)"};
const std::string kOther = RecordText{.racer = 77, .more = R"(,"rival":{"racerId":7},"output":132.25)"};

}  // namespace

TEST_CASE("a racer's lines go from objects, and all others stay byte for byte", "[archive][eraser]")
{
    EraserFixture fixture;
    const auto mixed = fixture.object(kStart, 1, 9, {kOther, kTheirs, "no record", kOther + " ", kTheirs});
    const auto untouched = fixture.object(kStart, 10, 19, {kOther, kOther});
    const auto bytes = read_file(untouched);
    const auto report = fixture.erase();
    CHECK(report.done());
    CHECK(report.objects == Count{1, 2});
    CHECK(report.failures == Count{});
    CHECK(report.files == 2);
    CHECK(text_in(mixed).value() == kOther + "\nno record\n" + kOther + " \n");
    CHECK(read_file(untouched) == bytes);
    CHECK(fixture.erase().objects == Count{});
}

TEST_CASE("an object that becomes empty stays, so that its name still tells what was delivered", "[archive][eraser]")
{
    EraserFixture fixture;
    const auto path = fixture.object(kStart, 1, 9, {kTheirs, kTheirs});
    fixture.failures(kStart, 10, {failed_line(kTheirs, kStart)});
    const auto positions = delivery::delivered_positions(fixture.delivery, 2);
    CHECK(positions == std::vector<std::uint64_t>{0, 19});
    const auto report = fixture.erase();
    CHECK(report.objects == Count{1, 2});
    CHECK(report.failures == Count{1, 1});
    CHECK(text_in(path).value().empty());
    CHECK(delivery::delivered_positions(fixture.delivery, 2) == positions);
    CHECK(tree(fixture.directory.path()).size() == 2);
}

TEST_CASE("windows that began behind the erasure stay as they are", "[archive][eraser]")
{
    EraserFixture fixture;
    const auto open = fixture.object(kAsked, 1'000, 1'005, {kTheirs});
    const auto later_number = fixture.object(kAsked, 1'001, 1'005, {kTheirs});
    const auto later_time = fixture.object(kAsked + 1'000, 900, 999, {kTheirs});
    const auto other_shard = store_object(fixture.delivery, kAsked, {ShardId{2}, 5'000, 5'001, true}, {kTheirs});
    const auto unknown = fixture.delivery / "2021/05/05/18/somebody.gz";
    write_file(unknown, zip(kTheirs));  // without a line feed, too
    const auto report = fixture.erase();
    CHECK(report.objects == Count{3, 3});
    CHECK(text_in(open).value().empty());
    CHECK(text_in(other_shard).value().empty());
    CHECK(text_in(unknown).value().empty());
    CHECK(text_in(later_number).value() == kTheirs + "\n");
    CHECK(text_in(later_time).value() == kTheirs + "\n");
}

TEST_CASE("a record that the limits do not allow any more is still its racer's", "[archive][eraser]")
{
    EraserFixture fixture;
    const auto path =
        fixture.object(kStart, 1, 9, {RecordText{.class_id = 99}, RecordText{.racer = 8, .class_id = 99}});
    CHECK(fixture.erase().objects == Count{1, 1});
    CHECK(text_in(path).value() == std::string(RecordText{.racer = 8, .class_id = 99}) + "\n");
}

TEST_CASE("failed records go by what they name and when they arrived", "[archive][eraser]")
{
    EraserFixture fixture;
    const auto later = failed_line(R"({"racerId":7)", kAsked + 1);
    const auto other = failed_line(R"({"racerId":77})", kStart);
    const auto path = fixture.failures(kStart, 1,
                                       {failed_line(R"({"racerId":7)", kAsked), later, other, failed_line(kTheirs, {}),
                                        failed_line(R"({"racerId":"7"})", kStart), R"({"rawData":"!","racerId":7})"});
    CHECK(fixture.erase().failures == Count{1, 4});
    CHECK(read_file(path) == later + "\n" + other + "\n");
}

TEST_CASE("messages that failed go whole where they name the racer, and a file without any is removed",
          "[archive][eraser]")
{
    EraserFixture fixture;
    const auto many = "[" + kOther + "," + kTheirs + "]";
    const auto other = rule_line(R"({"racerId":8})");
    const auto path = fixture.rule_file(kStart, {rule_line(many), other});
    const auto emptied = fixture.rule_file(kStart + kMinute, {rule_line(many)});
    const auto later = fixture.rule_file(kAsked + 1'000, {rule_line(many)});
    CHECK(fixture.erase().rule_errors == Count{2, 2});
    CHECK(read_file(path) == other + "\n");
    CHECK_FALSE(fs::exists(emptied));
    CHECK(read_file(later) == rule_line(many) + "\n");
}

TEST_CASE("a file of failed messages that may still be written is left for later", "[archive][eraser]")
{
    EraserFixture fixture;
    const auto path = fixture.rule_file(kAsked, {rule_line(kTheirs)});
    fixture.now = SystemTime(std::chrono::milliseconds(kAsked) + std::chrono::seconds(90));
    auto report = fixture.erase();
    CHECK(report.unsettled == 1);
    CHECK_FALSE(report.done());
    CHECK(fs::exists(path));
    fixture.now += std::chrono::minutes(3);
    report = fixture.erase();
    CHECK(report.done());
    CHECK(report.rule_errors == Count{1, 1});
}

TEST_CASE("what a crash left of a write is removed, once nobody can be at it any more", "[archive][eraser]")
{
    EraserFixture fixture;
    const auto hour = fixture.object(kStart, 1, 9, {kOther}).parent_path();
    const auto left = hour / "alleycat-1-2021-05-05-18-40-00-x.gz.unfinished";
    write_file(left, kTheirs);
    const auto written =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::file_clock::to_sys(fs::last_write_time(left)));
    fixture.now = written + std::chrono::seconds(60);
    CHECK(fixture.erase().unsettled == 1);
    CHECK(fs::exists(left));
    fixture.now = written + std::chrono::minutes(3);
    CHECK(fixture.erase().done());
    CHECK_FALSE(fs::exists(left));
}

TEST_CASE("a file keeps its time of modification", "[archive][eraser]")
{
    EraserFixture fixture;
    const auto path = fixture.object(kStart, 1, 9, {kOther, kTheirs});
    const auto time = fs::last_write_time(path) - std::chrono::hours(100);
    fs::last_write_time(path, time);
    CHECK(fixture.erase().objects == Count{1, 1});
    CHECK(fs::last_write_time(path) == time);
}

TEST_CASE("a file that cannot be read is told, and the others are done", "[archive][eraser]")
{
    EraserFixture fixture;
    write_file(fixture.object(kStart, 1, 9, {}), "no gzip");
    const auto path = fixture.object(kStart, 10, 19, {kTheirs});
    const auto report = fixture.erase();
    CHECK(report.failed == 1);
    CHECK_FALSE(report.done());
    CHECK(text_in(path).value().empty());
}

TEST_CASE("nothing at all is nothing to erase", "[archive][eraser]")
{
    const EraserFixture fixture;
    const auto report = fixture.erase();
    CHECK(report.done());
    CHECK(report.files == 0);
}

TEST_CASE("given up at any moment and begun again, the erasure ends the same", "[archive][eraser]")
{
    EraserFixture original;
    std::mt19937 random(5);
    for (std::uint64_t file = 0; file < 2; ++file) {
        std::vector<std::string> lines[3];
        for (int line = 0; line < 20; ++line) {
            const std::string record = RecordText{.racer = 6 + random() % 3};
            lines[0].push_back(record);
            lines[1].push_back(failed_line(record, kStart));
            lines[2].push_back(rule_line(record));
        }
        const auto at = kStart + static_cast<std::int64_t>(file) * kMinute;
        original.object(at, 10 * file + 1, 10 * file + 9, lines[0]);
        original.failures(at, 10 * file + 1, lines[1]);
        original.rule_file(at, lines[2]);
    }
    const auto copy_to = [&](const EraserFixture& fixture) {
        fs::copy(original.directory.path(), fixture.directory.path(), fs::copy_options::recursive);
    };
    const auto before = tree(original.directory.path());
    const EraserFixture whole;
    copy_to(whole);
    const auto report = whole.erase();
    REQUIRE(report.done());
    CHECK(report.objects.files + report.failures.files + report.rule_errors.files == 6);
    const auto expected = tree(whole.directory.path());
    std::uint64_t looks = 0;
    for (std::uint64_t stop_at = 0; looks >= stop_at; ++stop_at) {
        const EraserFixture fixture;
        copy_to(fixture);
        looks = 0;
        const auto first = fixture.erase([&] { return looks++ >= stop_at; });
        for (const auto& [path, bytes] : tree(fixture.directory.path())) {
            REQUIRE((bytes == before.at(path) || bytes == expected.at(path)));
        }
        const auto second = fixture.erase();
        REQUIRE(second.done());
        CHECK(first.given_up == (looks > stop_at));
        CHECK(first.objects.lines + second.objects.lines == report.objects.lines);
        CHECK(first.failures.lines + second.failures.lines == report.failures.lines);
        CHECK(first.rule_errors.lines + second.rule_errors.lines == report.rule_errors.lines);
        REQUIRE(tree(fixture.directory.path()) == expected);
    }
    CHECK(looks > 12);
}

}  // namespace alleycat::archive
