#include <alleycat/core/base64.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;

namespace {

std::string encoded(std::string_view bytes)
{
    std::string text = "|";
    append_base64(text, bytes);
    return text.substr(1);
}

}  // namespace

TEST_CASE("base64 is as RFC 4648 gives it", "[core][base64]")
{
    const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"},
                                                           {std::string("\0\xff\xfe", 3), "AP/+"}};
    for (const auto& [bytes, text] : vectors) {
        CAPTURE(text);
        CHECK(encoded(bytes) == text);
        std::string back = "|";
        REQUIRE(append_decoded_base64(back, text));
        CHECK(back == "|" + bytes);
    }
}

TEST_CASE("every length comes back as it was", "[core][base64]")
{
    std::string bytes;
    for (int length = 0; length < 300; ++length) {
        std::string back;
        REQUIRE(append_decoded_base64(back, encoded(bytes)));
        REQUIRE(back == bytes);
        bytes.push_back(static_cast<char>(length * 37));
    }
}

TEST_CASE("what is not base64 is refused, and leaves the text as it was", "[core][base64]")
{
    for (const std::string text :
         {"Z",        "Zg",          "Zg=",      "Zg===",   "====",         "=",         "Zm9v=", "Z=9v",
          "Zm 9v===", " Zm9",        "Zm9 ",     "Zm9v\n",  "Zm9v\n\n\n\n", "\nZm9vZm9", "Zm9-",  "Zm9_",
          "Zg==Zg==", "Zm\xc3\xb6v", "Zm9v    ", "    Zm9v"}) {
        CAPTURE(text);
        std::string out = "kept";
        CHECK_FALSE(append_decoded_base64(out, text));
        CHECK(out == "kept");
    }
}
