#include "history_fixture.hpp"

#include <alleycat/history/gunzip.hpp>
#include <alleycat/history/gzip_pieces.hpp>
#include <alleycat/history/history_text.hpp>

#include <fcntl.h>

namespace alleycat::history {

namespace {

std::string joined(const GzipPieces& pieces)
{
    std::string file;
    for (const auto part : pieces.parts()) {
        file += part;
    }
    return file;
}

/// Checks the file against `text`, and what the pieces say of it against the file.
void check_file(const GzipPieces& pieces, const std::string& text)
{
    const auto file = joined(pieces);
    CHECK(unzip_one_member(file) == text);
    CHECK(pieces.size_bytes() == file.size());
    CHECK(pieces.unzipped_bytes() == text.size());
    CHECK(pieces.crc() == crc32_z(0, reinterpret_cast<const Bytef*>(file.data()), file.size()));
}

/// All that `gunzip` gives, read `step` bytes at a time.
Result<std::string> read_all(Gunzip gunzip, std::size_t step)
{
    std::string text;
    std::string chunk(step, '\0');
    while (true) {
        const auto count = gunzip.read(chunk);
        if (!count) {
            return count.error();
        }
        if (*count == 0) {
            return text;
        }
        text.append(chunk, 0, *count);
    }
}

}  // namespace

TEST_CASE("a table without outputs is a file with an empty object", "[history][pieces]")
{
    GzipPieces pieces(300);
    check_file(pieces, "{}");
}

TEST_CASE("after each of many updates the pieces are one member with the whole text", "[history][pieces]")
{
    const auto seed = GENERATE(11U, 12U, 13U);
    RandomSamples source(seed, 40, 50);
    BestTable table(40);
    NaiveHistory naive;
    GzipPieces pieces(40);
    for (int round = 0; round < 60; ++round) {
        const auto samples = source.take(1 + source.random()() % 12);
        table.merge(samples);
        naive.merge(samples);
        pieces.update(*table.snapshot(), table.take_changed());
        check_file(pieces, naive.text());
    }
}

TEST_CASE("an earlier first second moves the comma", "[history][pieces]")
{
    BestTable table(300);
    GzipPieces pieces(300);
    std::string text = "}";
    for (const auto second : {300U, 299U, 7U, 2U, 1U}) {
        const std::vector<Sample> samples{sample(second, 7, 115.2)};
        table.merge(samples);
        pieces.update(*table.snapshot(), table.take_changed());
        text = "\"" + std::to_string(second) + R"(":{"7":115.2})" + (text == "}" ? "" : ",") + text;
        check_file(pieces, "{" + text);
    }
}

TEST_CASE("the way to a table does not show in its file", "[history][pieces]")
{
    RandomSamples source(21, 30, 40);
    BestTable table(30);
    GzipPieces grown(30);
    for (int round = 0; round < 20; ++round) {
        table.merge(source.take(50));
        grown.update(*table.snapshot(), table.take_changed());
    }
    GzipPieces fresh(30);
    fresh.update(*table.snapshot(), {});
    CHECK(joined(fresh) == joined(grown));
}

TEST_CASE("gunzip reads the same in chunks of any size, from memory and from a file", "[history][gunzip]")
{
    RandomSamples source(31, 300, 500);
    NaiveHistory naive;
    naive.merge(source.take(20'000));
    const auto gzip = zip(naive.text());
    const TemporaryDirectory directory;
    write_file(directory.path() / "file", gzip);
    const UniqueFd fd(::open((directory.path() / "file").c_str(), O_RDONLY));
    for (const std::size_t step : {1U, 1'000U, 65'536U, 10'000'000U}) {
        CAPTURE(step);
        CHECK(read_all(Gunzip(std::string_view(gzip)), step).value() == naive.text());
        CHECK(read_all(Gunzip(fd.get()), step).value() == naive.text());
    }
}

TEST_CASE("gunzip refuses a file cut at any byte, changed, or continued", "[history][gunzip]")
{
    const std::string text = R"({"1":{"7":115.2,"12":98.55},"2":{"7":100}})";
    const auto gzip = zip(text);
    const auto read = [](std::string_view bytes) { return read_all(Gunzip(bytes), 16); };
    REQUIRE(read(gzip));
    for (std::size_t cut = 0; cut < gzip.size(); ++cut) {
        CAPTURE(cut);
        CHECK(read(std::string_view(gzip).substr(0, cut)).error() == Errc::CorruptFile);
    }
    int accepted = 0;
    for (std::size_t at = 10; at < gzip.size(); ++at) {
        CAPTURE(at);
        auto changed = gzip;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        const auto result = read(changed);
        accepted += result ? 1 : 0;
        CHECK((result ? *result == text : result.error() == Errc::CorruptFile));
    }
    CHECK(accepted <= 1);  // the last byte before the trailer has bits that mean nothing
    CHECK(read(gzip + gzip).error() == Errc::CorruptFile);
    CHECK(read(gzip + '\0').error() == Errc::CorruptFile);
    CHECK(read("[1,2,3]").error() == Errc::CorruptFile);
}

TEST_CASE("gunzip repeats its error", "[history][gunzip]")
{
    Gunzip closed(-1);
    std::string chunk(16, '\0');
    const auto first = closed.read(chunk);
    REQUIRE_FALSE(first);
    CHECK(closed.read(chunk).error() == first.error());
}

}  // namespace alleycat::history
