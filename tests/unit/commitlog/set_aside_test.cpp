#include "segment_files.hpp"

#include <alleycat/commitlog/set_aside.hpp>

using namespace alleycat;
using namespace alleycat::commitlog;

TEST_CASE("damaged bytes are set aside beside their segment, which is left as it is", "[commitlog][recovery]")
{
    auto file = make_segments({make_records(1, 5)}).front();
    file.bytes[file.offsets[1]] ^= '\x01';
    LogFixture fixture;
    put_segments(fixture, {file});
    const auto damaged = fixture.read_all().damaged;
    REQUIRE(damaged.size() == 1);
    for (int time = 0; time < 2; ++time) {
        const auto copy = set_aside(fixture.disk, damaged[0]);
        REQUIRE(copy);
        CHECK(copy->parent_path() == fixture.options.directory / "set-aside");
        CHECK(fixture.disk.content(*copy) == file.bytes.substr(file.offsets[1], file.offsets[2] - file.offsets[1]));
    }
    CHECK(fixture.bytes(1) == file.bytes);
    check_goes_on_after(fixture, fixture.read_all().records);
}

TEST_CASE("of a region that goes on behind the end of its file, what is there is set aside", "[commitlog][recovery]")
{
    auto files = make_segments({make_records(1, 5), make_records(6, 1)});
    files[0].bytes.resize(files[0].offsets[3] + 20);
    LogFixture fixture;
    put_segments(fixture, files);
    const auto damaged = fixture.read_all().damaged;
    REQUIRE(damaged.size() == 1);
    const auto copy = set_aside(fixture.disk, damaged[0]);
    REQUIRE(copy);
    CHECK(fixture.disk.content(*copy) == files[0].bytes.substr(files[0].offsets[3]));
}

TEST_CASE("bytes that cannot be set aside say why", "[commitlog][recovery]")
{
    LogFixture fixture;
    put_segments(fixture, make_segments({make_records(1, 5)}));
    const DamagedRegion region{ShardId{0}, fixture.path(1), 1, 64, 100};
    for (const auto call : {Call::MakeDirectory, Call::Open, Call::Create, Call::Read, Call::Write}) {
        fixture.disk.set_fault({.kinds = {call}, .after = 0, .error = ENOSPC, .takes_effect = false, .lasting = false});
        const auto copy = set_aside(fixture.disk, region);
        REQUIRE_FALSE(copy);
        CHECK(copy.error() == boost::system::errc::no_space_on_device);
    }
    CHECK(set_aside(fixture.disk, region));
}
