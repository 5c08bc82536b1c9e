#include "config_file.hpp"
#include "config_fixture.hpp"
#include "config_schema.hpp"

#include <catch2/catch.hpp>

using namespace alleycat::app;

namespace {

const std::string kShipped = ALLEYCAT_SOURCE_DIR "/config/alleycat.toml";

}  // namespace

TEST_CASE("the shipped file equals the built-in defaults, key by key", "[app][config]")
{
    const auto shipped = config_of(load({"--config", kShipped}));
    const Config defaults;
    for (const auto& key : schema()) {
        CAPTURE(key.path());
        CHECK(key.literal(shipped) == key.literal(defaults));
    }
    CHECK(shipped == defaults);
}

TEST_CASE("the shipped file sets every key of the schema", "[app][config]")
{
    const auto read = read_config_file(kShipped);
    REQUIRE(std::holds_alternative<std::vector<FileTable>>(read));
    std::vector<std::string> present;
    for (const auto& table : std::get<std::vector<FileTable>>(read)) {
        for (const auto& entry : table.entries) {
            present.push_back(table.name + "." + entry.key);
        }
    }
    for (const auto& key : schema()) {
        const auto path = key.section.empty() ? "class.id" : key.path();
        CAPTURE(path);
        CHECK(std::find(present.begin(), present.end(), path) != present.end());
    }
}

TEST_CASE("the shipped file has its keys in the order of the schema", "[app][config]")
{
    const auto read = read_config_file(kShipped);
    REQUIRE(std::holds_alternative<std::vector<FileTable>>(read));
    std::vector<std::string> present;
    for (const auto& table : std::get<std::vector<FileTable>>(read)) {
        for (const auto& entry : table.entries) {
            if (!table.element) {
                present.push_back(table.name + "." + entry.key);
            }
        }
    }
    std::vector<std::string> expected;
    for (const auto& key : schema()) {
        if (!key.section.empty()) {
            expected.push_back(key.path());
        }
    }
    CHECK(present == expected);
}
