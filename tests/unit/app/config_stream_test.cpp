#include "config_fixture.hpp"

#include <catch2/catch.hpp>

using namespace alleycat::app;
using namespace std::chrono_literals;

TEST_CASE("the keys of the log are read from each source", "[app][config]")
{
    const auto from_file = config_of(load_text("[stream]\nlog = false\ncommit_interval = \"20ms\"\n"
                                               "commit_bytes = \"64KB\"\nsegment_size = \"1MB\"\nretention = \"7h\"\n"
                                               "retention_size = \"1GB\"\nstop_timeout = \"1m\"\n"))
                               .stream;
    const auto from_variables = config_of(load({}, {{"ALLEYCAT_STREAM_LOG", "false"},
                                                    {"ALLEYCAT_STREAM_COMMIT_INTERVAL", "20ms"},
                                                    {"ALLEYCAT_STREAM_COMMIT_BYTES", "64KB"},
                                                    {"ALLEYCAT_STREAM_SEGMENT_SIZE", "1MB"},
                                                    {"ALLEYCAT_STREAM_RETENTION", "7h"},
                                                    {"ALLEYCAT_STREAM_RETENTION_SIZE", "1GB"},
                                                    {"ALLEYCAT_STREAM_STOP_TIMEOUT", "1m"}}))
                                    .stream;
    CHECK_FALSE(from_file.log);
    CHECK(from_file.commit_interval == 20ms);
    CHECK(from_file.commit_bytes == 64U << 10);
    CHECK(from_file.segment_bytes == 1U << 20);
    CHECK(from_file.retention == 7h);
    CHECK(from_file.retention_bytes == 1U << 30);
    CHECK(from_file.stop_timeout == 1min);
    CHECK(from_variables == from_file);
    CHECK(config_of(load({"--stream-log=true"}, {{"ALLEYCAT_STREAM_LOG", "false"}})).stream.log);
}

TEST_CASE("a log is kept unless one says no", "[app][config]")
{
    CHECK(config_of(load({})).stream.log);
}

TEST_CASE("a wrong value of the log is refused with what is allowed", "[app][config]")
{
    CHECK(file_error("[stream]\nlog = 1\n").find("test.toml:2: stream.log: ") == 0);
    CHECK(file_error("[stream]\nlog = 1\n").find("true or false") != std::string::npos);
    CHECK(variable_error("ALLEYCAT_STREAM_LOG", "yes").find("true or false") != std::string::npos);
    CHECK(variable_error("ALLEYCAT_STREAM_COMMIT_INTERVAL", "0ms").find("1ms") != std::string::npos);
    CHECK(variable_error("ALLEYCAT_STREAM_COMMIT_BYTES", "1KB").find("4KB") != std::string::npos);
    CHECK(variable_error("ALLEYCAT_STREAM_SEGMENT_SIZE", "1KB").find("1MB") != std::string::npos);
    CHECK(variable_error("ALLEYCAT_STREAM_RETENTION", "1500ms") != "no error");
    CHECK(variable_error("ALLEYCAT_STREAM_RETENTION_SIZE", "1KB").find("1MB") != std::string::npos);
    CHECK(variable_error("ALLEYCAT_STREAM_STOP_TIMEOUT", "0s").find("1s") != std::string::npos);
}

TEST_CASE("a record may take a quarter of a ring, so that its text and itself find room", "[app][config]")
{
    CHECK(error_of(load({"--limits-record-bytes=16KB", "--stream-ring-capacity=64KB"})) == "no error");
    CHECK(error_of(load({"--limits-record-bytes=17KB", "--stream-ring-capacity=64KB"})).find("a quarter") !=
          std::string::npos);
}
