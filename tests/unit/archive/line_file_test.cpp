#include "archive_fixture.hpp"

namespace alleycat::archive {

TEST_CASE("a file's lines come whole, however they lie to the chunks", "[archive][lines]")
{
    const TemporaryDirectory directory;
    const auto path = directory.path() / "file";
    const auto gzipped = GENERATE(false, true);
    const auto kind = gzipped ? LineFile::Kind::Gzip : LineFile::Kind::Plain;
    const std::size_t chunk = std::size_t{1} << 20;
    for (const std::size_t length : {std::size_t{1}, std::size_t{199}, chunk - 1, chunk, chunk + 1, 3 * chunk + 7}) {
        std::string text;
        while (text.size() < 3 * chunk) {
            text.append(length, 'x').append("\n");
        }
        for (const auto* end : {"", "the last line has no end"}) {
            const auto whole = text + end;
            write_file(path, gzipped ? zip(whole) : whole);
            auto file = LineFile::open(path, kind).value();
            std::string read;
            for (auto lines = file.next().value(); !lines.empty(); lines = file.next().value()) {
                read.append(lines);
                REQUIRE((read.back() == '\n' || read.size() == whole.size()));
            }
            REQUIRE(read == whole);
        }
    }
}

TEST_CASE("what cannot be read as lines is told", "[archive][lines]")
{
    const TemporaryDirectory directory;
    const auto path = directory.path() / "file";
    CHECK(LineFile::open(path, LineFile::Kind::Gzip).error() == boost::system::errc::no_such_file_or_directory);
    write_file(path, "no gzip");
    CHECK(text_in(path).error() == Errc::CorruptFile);
    write_file(path, zip("a\nb\n").substr(0, 20));
    CHECK(text_in(path).error() == Errc::CorruptFile);
    write_file(path, zip(""));
    CHECK(text_in(path).value().empty());
    write_file(path, "");
    CHECK(text_in(path, LineFile::Kind::Plain).value().empty());
    write_file(path, zip(std::string(LineFile::kMaxLineBytes + 2, 'x')));
    CHECK(text_in(path).error() == Errc::TooLarge);
}

}  // namespace alleycat::archive
