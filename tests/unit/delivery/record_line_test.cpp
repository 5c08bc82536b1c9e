#include <alleycat/delivery/record_line.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace alleycat::delivery;

namespace {

std::string with_output(std::string_view record, double output = 115.2)
{
    std::string line;
    append_with_output(line, record, output);
    return line;
}

std::string as_line(std::string_view record)
{
    std::string line;
    append_as_line(line, record);
    return line;
}

}  // namespace

TEST_CASE("the output stands behind a record's own members", "[delivery][line]")
{
    CHECK(with_output(R"({"a":1,"b":"x"})") == R"({"a":1,"b":"x","output":115.2})");
    CHECK(with_output(R"({"a":{"b":[1,2,{}]}})", 98.55) == R"({"a":{"b":[1,2,{}]},"output":98.55})");
    CHECK(with_output(R"({"a":1})", 1e21) == R"({"a":1,"output":1e+21})");
}

TEST_CASE("a record is one line, however it was printed", "[delivery][line]")
{
    CHECK(with_output("\n {\r\n  \"a\": 1,\n  \"b\": \"x\\ny\"\n}\n\n") ==
          "{    \"a\": 1,   \"b\": \"x\\ny\" ,\"output\":115.2}");
    CHECK(as_line("\t{\n\"a\":1\r\n}\r\n") == "{ \"a\":1  }");
    CHECK(as_line("") == "");
    CHECK(as_line("\n") == "");
}

TEST_CASE("an output that a record has already gives way", "[delivery][line]")
{
    CHECK(with_output(R"({"output":7,"a":1})") == R"({"a":1,"output":115.2})");
    CHECK(with_output(R"({"a":1,"output":{"x":[1,"}"]},"b":2})") == R"({"a":1,"b":2,"output":115.2})");
    CHECK(with_output(R"({"a":1, "output" : "x,y" })") == R"({"a":1,"output":115.2})");
    CHECK(with_output(R"({"output":1,"a":1,"output":2})") == R"({"a":1,"output":115.2})");
    CHECK(with_output(R"({"\u006futput":7,"a":1,"o\u0075tput":8,"outpu\u0074":9})") == R"({"a":1,"output":115.2})");
    CHECK(with_output("{\"a\":\n1,\"output\":\n7}") == "{\"a\": 1,\"output\":115.2}");
}

TEST_CASE("what only looks like an output stays", "[delivery][line]")
{
    for (const std::string record :
         {R"({"name":"output","a":1})", R"({"name":"\"output\":7"})", R"({"a":{"output":7}})", R"({"outputs":7})",
          R"({"my output":7})", R"({"o\\u0075tput":7})", R"({"\u006eutput":7})", R"({"a":["output",{"output":1}]})",
          R"({"":1,"name":"output"})", R"({"outpu":"\u0074"})", R"({"output\u0000":7})"}) {
        CAPTURE(record);
        CHECK(with_output(record) == record.substr(0, record.size() - 1) + R"(,"output":115.2})");
        CHECK_FALSE(output_of(record).has_value());
    }
}

TEST_CASE("the number that a record has for its output is found, the last one where there are several",
          "[delivery][line]")
{
    CHECK(output_of(R"({"a":1,"output":115.25})") == 115.25);
    CHECK(output_of("{ \"output\" :\n -1.5e2 \n, \"a\":1}") == -150);
    CHECK(output_of(R"({"o\u0075tput":7})") == 7);
    CHECK(output_of(R"({"output":1,"output":2})") == 2);
    CHECK_FALSE(output_of(R"({"output":1,"output":"2"})").has_value());
    CHECK_FALSE(output_of(R"({"output":null})").has_value());
    CHECK_FALSE(output_of(R"({"output":[1]})").has_value());
    CHECK_FALSE(output_of(R"({"a":1})").has_value());
    CHECK(number_of(R"({"output":1,"watts":250.5})", "watts") == 250.5);
    CHECK_FALSE(number_of(R"({"output":1,"kilowatts":2})", "watts").has_value());
}
