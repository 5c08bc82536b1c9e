#include "live_viewer.hpp"

#include <random>

using namespace alleycat;
using namespace alleycat::serve;

namespace {

using View = LiveChannel::View;

View view(std::vector<ranking::Entry> rows, std::int64_t race = 5397285, std::size_t total = 0)
{
    const auto count = std::max(total, rows.size());
    return {RaceId{race}, std::move(rows), count};
}

/// A board, and its messages as a viewer counts them.
struct Counted {
    LiveChannel channel;
    std::uint64_t sequence{0};

    std::optional<std::string> show(View view)
    {
        const auto message = channel.show(std::move(view));
        return message ? std::optional(message->numbered(++sequence)) : std::nullopt;
    }
    [[nodiscard]] std::string snapshot() const { return channel.snapshot().numbered(sequence); }
};

Counted channel(ClassId class_id = ClassId{1}, Board board = Board::Now)
{
    return {LiveChannel(class_id, board)};
}

}  // namespace

TEST_CASE("an entry is written as viewers read it", "[serve][channel]")
{
    std::string text;
    auto entry = row(1, 7, 115.2, 57, true);
    entry.name = "Hubert";
    append_entry(text, entry);
    CHECK(text == R"({"rank":1,"racerId":7,"name":"Hubert","second":57,"output":115.2,"record":true})");
    text.clear();
    entry = row(1000, 9007199254740991, 22.75, 1, false);
    entry.name = "Zo\xC3\xAB \"Z\"\n";
    append_entry(text, entry);
    CHECK(text ==
          "{\"rank\":1000,\"racerId\":9007199254740991,\"name\":\"Zo\xC3\xAB "
          "\\\"Z\\\"\\n\",\"second\":1,\"output\":22.75,\"record\":false}");
}

TEST_CASE("the first message of a board is a snapshot", "[serve][channel]")
{
    auto board = channel();
    const auto message = board.show(view({row(1, 7, 115.2, 57, true), row(2, 12, 98.55)}, 5397285, 1000));
    CHECK(message == R"({"type":"snapshot","seq":1,"classId":1,"raceId":5397285,"board":"now","total":1000,"entries":[)"
                     R"({"rank":1,"racerId":7,"name":"R7","second":57,"output":115.2,"record":true},)"
                     R"({"rank":2,"racerId":12,"name":"R12","second":57,"output":98.55,"record":false}])");
    CHECK(board.snapshot() == message);
}

TEST_CASE("a board where nobody rides has no race", "[serve][channel]")
{
    auto board = channel(ClassId{6}, Board::Alltime);
    CHECK(board.show({}) ==
          R"({"type":"snapshot","seq":1,"classId":6,"raceId":null,"board":"alltime","total":0,"entries":[])");
}

TEST_CASE("a delta holds what changed and what is gone", "[serve][channel]")
{
    auto board = channel();
    REQUIRE(board.show(view({row(1, 1, 110), row(2, 2, 100), row(3, 3, 90), row(4, 4, 80)})));
    CHECK(board.show(view({row(1, 1, 110), row(2, 3, 105, 58), row(3, 2, 100), row(4, 5, 95)}, 5397285, 9)) ==
          R"({"type":"delta","seq":2,"classId":1,"raceId":5397285,"board":"now","total":9,"entries":[)"
          R"({"rank":2,"racerId":3,"name":"R3","second":58,"output":105,"record":false},)"
          R"({"rank":3,"racerId":2,"name":"R2","second":57,"output":100,"record":false},)"
          R"({"rank":4,"racerId":5,"name":"R5","second":57,"output":95,"record":false}],"removed":[4])");
    CHECK(
        board.show(view({})) ==
        R"({"type":"delta","seq":3,"classId":1,"raceId":5397285,"board":"now","total":0,"entries":[],"removed":[1,3,2,5])");
}

TEST_CASE("where nothing changed there is nothing to say, but for who has a row of its own", "[serve][channel]")
{
    auto board = channel();
    const auto same = [] { return view({row(1, 1, 110), row(2, 2, 100)}); };
    REQUIRE(board.show(same()));
    CHECK(board.show(same()) == std::nullopt);
    CHECK(board.channel.unchanged().numbered(++board.sequence) ==
          R"({"type":"delta","seq":2,"classId":1,"raceId":5397285,"board":"now","total":2,"entries":[],"removed":[])");
    auto more = same();
    more.total = 3;
    CHECK(board.show(more) ==
          R"({"type":"delta","seq":3,"classId":1,"raceId":5397285,"board":"now","total":3,"entries":[],"removed":[])");
}

TEST_CASE("each thing that is shown of a row makes it new", "[serve][channel]")
{
    using Change = void (*)(ranking::Entry&);
    for (const Change change :
         {Change([](ranking::Entry& each) { each.rank = 2; }), Change([](ranking::Entry& each) { each.name = "new"; }),
          Change([](ranking::Entry& each) { each.second = 58; }),
          Change([](ranking::Entry& each) { each.output = 111; }),
          Change([](ranking::Entry& each) { each.record = true; })}) {
        auto board = channel();
        auto changed = row(1, 1, 110);
        REQUIRE(board.show(view({changed})));
        change(changed);
        const auto message = board.show(view({changed}));
        REQUIRE(message);
        std::string expected;
        append_entry(expected, changed);
        CHECK(message->find("\"entries\":[" + expected + "]") != std::string::npos);
    }
}

TEST_CASE("what is not shown of a row makes no message", "[serve][channel]")
{
    auto board = channel();
    auto best = row(1, 1, 110);
    REQUIRE(board.show(view({best})));
    best.current_output = 95;  // where the score is another one than the output
    CHECK(board.show(view({best})) == std::nullopt);
}

TEST_CASE("another race is a snapshot", "[serve][channel]")
{
    auto board = channel();
    REQUIRE(board.show({}));
    auto message = board.show(view({row(1, 1, 110)}, 1));  // somebody rides
    REQUIRE(message);
    CHECK(message->rfind(R"({"type":"snapshot","seq":2,"classId":1,"raceId":1,)", 0) == 0);
    message = board.show(view({row(1, 1, 110)}, 2));
    REQUIRE(message);
    CHECK(message->rfind(R"({"type":"snapshot","seq":3,"classId":1,"raceId":2,)", 0) == 0);
}

TEST_CASE("who applies the deltas holds exactly what a new snapshot says", "[serve][channel]")
{
    std::mt19937 random(6);
    const auto pick = [&](std::size_t below) { return random() % below; };
    for (int round = 0; round < 40; ++round) {
        auto board = channel();
        ModelViewer viewer;
        std::vector<ranking::Entry> rows;
        std::int64_t race = 1;
        std::uint64_t messages = 0;
        for (int step = 0; step < 60; ++step) {
            CAPTURE(round, step);
            if (pick(25) == 0) {
                ++race;
                rows.clear();
            }
            for (auto changes = pick(6); changes > 0; --changes) {
                const auto racer = pick(20);
                std::erase_if(rows, [&](const auto& each) { return raw(each.racer_id) == racer; });
                if (pick(4) != 0) {  // anywhere among its equals: they may change places
                    const auto at = static_cast<std::ptrdiff_t>(pick(rows.size() + 1));
                    rows.insert(rows.begin() + at, row(0, racer, 100 + static_cast<double>(pick(4)),
                                                       1 + static_cast<std::uint32_t>(step), pick(2) == 0));
                }
            }
            std::stable_sort(rows.begin(), rows.end(),
                             [](const auto& a, const auto& b) { return a.output > b.output; });
            rank_rows(rows);
            auto shown = rows;
            shown.resize(std::min<std::size_t>(shown.size(), 8));
            auto message = board.show({RaceId{race}, shown, rows.size()});
            if (!message && pick(2) == 0) {
                message = board.channel.unchanged().numbered(++board.sequence);
            }
            if (message) {
                viewer.apply(*message + "}");
                REQUIRE(viewer.sequence() == ++messages);
            }
            REQUIRE(viewer.snapshot() == board.snapshot());
            ModelViewer late;
            late.apply(board.snapshot() + "}");
            REQUIRE(late.snapshot() == board.snapshot());
        }
    }
}
