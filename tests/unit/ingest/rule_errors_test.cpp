#include "rule_errors.hpp"

#include "rule_folder.hpp"

#include <alleycat/core/json_text.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::ingest;
using namespace std::chrono_literals;

namespace {

constexpr SystemTime kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 9} + 12h};

MessageFailures failing(const std::string& message = "record 0: OutOfRange: second: must be 1 to 300")
{
    MessageFailures failures;
    failures.add({"stream", "alleycat", message});
    return failures;
}

struct Store {
    RuleFolder folder;
    std::vector<std::string> published;
    std::string refuse;  // what is published, and why
    RuleErrors errors;

    explicit Store(const std::string& action = "directory")
        : errors("bikes", RuleErrorAction::parse(action, "bikes/+/+"), folder.path() / "rule-errors" / "bikes",
                 [this](const std::string& topic, std::string_view payload) {
                     published.push_back(topic + " " + std::string(payload));
                     return refuse;
                 })
    {
    }
    [[nodiscard]] std::size_t files() const { return folder.files("rule-errors").size(); }
};

}  // namespace

TEST_CASE("a message that failed is one line with all that is needed to send it again", "[ingest][rule]")
{
    auto failures = failing();
    failures.add({"file", "bikes/7.ndjson", "No space left on device"});
    CHECK(failures.line("bikes", "bikes/7/1", "{\"rpm\":80}") ==
          R"({"ruleName":"bikes","topic":"bikes/7/1","clientId":"n/a","base64OriginalPayload":"eyJycG0iOjgwfQ==",)"
          R"("failures":[{"failedAction":"stream","failedResource":"alleycat",)"
          R"("errorMessage":"record 0: OutOfRange: second: must be 1 to 300"},)"
          R"({"failedAction":"file","failedResource":"bikes/7.ndjson","errorMessage":"No space left on device"}]})");
}

TEST_CASE("of very many failures a hundred are listed, and the last says how many more there were", "[ingest][rule]")
{
    MessageFailures failures;
    const auto listed = [&] {
        const auto line = failures.line("r", "t", "");
        std::size_t count = 0;
        for (auto at = line.find("failedAction"); at != std::string::npos; at = line.find("failedAction", at + 1)) {
            ++count;
        }
        return count;
    };
    CHECK(failures.empty());
    for (std::size_t n = 0; n < MessageFailures::kMostListed; ++n) {
        failures.add({"stream", "s", "record " + std::to_string(n)});
    }
    CHECK(listed() == 100);
    CHECK(failures.line("r", "t", "").find("\"record 99\"") != std::string::npos);
    for (int n = 0; n < 50; ++n) {
        failures.add({"stream", "s", "more"});
    }
    CHECK(listed() == 100);
    CHECK(failures.line("r", "t", "").find("\"and 51 more\"") != std::string::npos);
}

TEST_CASE("failures are stored below the hour in which they came", "[ingest][rule]")
{
    Store store;
    store.errors.store(kNoon);
    CHECK(store.files() == 0);
    store.errors.add(failing(), "bikes/7/1", "a");
    store.errors.add(failing(), "bikes/8/1", "b");
    CHECK(store.files() == 0);
    store.errors.store(kNoon + 5s);
    const auto files = store.folder.files("rule-errors/bikes/2026/03/09/12");
    REQUIRE(files.size() == 1);
    CHECK(files[0].starts_with("bikes-2026-03-09-12-00-05-"));
    CHECK(files[0].ends_with(".ndjson"));
    CHECK(store.folder.all("rule-errors") ==
          failing().line("bikes", "bikes/7/1", "a") + "\n" + failing().line("bikes", "bikes/8/1", "b") + "\n");
}

TEST_CASE("failures that trickle in share a file for a minute, and each is stored at once", "[ingest][rule]")
{
    Store store;
    std::string expected;
    for (int n = 0; n < 120; ++n) {
        const auto topic = "bikes/" + std::to_string(n) + "/1";
        store.errors.add(failing(), topic, "a");
        store.errors.store(kNoon + n * 1s);
        expected += failing().line("bikes", topic, "a") + "\n";
        REQUIRE(store.folder.all("rule-errors") == expected);
    }
    CHECK(store.files() == 2);
    store.errors.add(failing(), "bikes/1/1", std::string(RuleErrors::kFileBytes, 'x'));
    store.errors.store(kNoon + 119s);
    CHECK(store.files() == 2);
    store.errors.add(failing(), "bikes/1/1", "a");
    store.errors.store(kNoon + 119s);
    CHECK(store.files() == 3);
}

TEST_CASE("what failed is kept for thirty days", "[ingest][rule]")
{
    Store store;
    store.errors.add(failing(), "bikes/7/1", "a");
    store.errors.store(kNoon);
    store.errors.store(kNoon + 29 * 24h);
    CHECK(store.files() == 1);
    store.errors.store(kNoon + 31 * 24h);
    CHECK(store.files() == 0);
}

TEST_CASE("failures that cannot be stored are counted, and hold nothing up", "[ingest][rule]")
{
    Store store;
    store.folder.write("rule-errors", "a file where the folder should be");
    store.errors.add(failing(), "bikes/7/1", "a");
    store.errors.add(failing(), "bikes/8/1", "b");
    store.errors.store(kNoon);
    CHECK(store.errors.lost() == 2);
    std::filesystem::remove(store.folder.path() / "rule-errors");
    store.errors.add(failing(), "bikes/9/1", "c");
    store.errors.store(kNoon);
    CHECK(store.errors.lost() == 2);
    CHECK(store.folder.all("rule-errors") == failing().line("bikes", "bikes/9/1", "c") + "\n");
}

TEST_CASE("failures are published where the rule says so, or not kept at all", "[ingest][rule]")
{
    Store published("mqtt:errors");
    published.errors.add(failing(), "bikes/7/1", "a");
    CHECK(published.published == std::vector<std::string>{"errors " + failing().line("bikes", "bikes/7/1", "a")});
    published.refuse = "no connection";
    published.errors.add(failing(), "bikes/7/1", "a");
    CHECK(published.errors.lost() == 1);
    published.errors.store(kNoon);
    CHECK(published.files() == 0);

    Store none("none");
    none.errors.add(failing(), "bikes/7/1", "a");
    none.errors.store(kNoon);
    CHECK(none.files() == 0);
    CHECK(none.published.empty());
    CHECK(none.errors.lost() == 0);
}
