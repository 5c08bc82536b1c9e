#pragma once

#include "live_channel.hpp"

#include <catch2/catch.hpp>
#include <simdjson.h>

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

namespace alleycat::serve {

inline ranking::Entry row(std::uint32_t rank, std::uint64_t racer, double output, std::uint32_t second = 57,
                          bool record = false)
{
    ranking::Entry made;
    made.rank = rank;
    made.racer_id = RacerId{racer};
    made.name = "R" + std::to_string(racer);
    made.second = second;
    made.output = output;
    made.current_output = output;
    made.record = record;
    return made;
}

/// Gives rows, already in order, their ranks.
inline void rank_rows(std::vector<ranking::Entry>& rows)
{
    for (std::size_t at = 0; at < rows.size(); ++at) {
        const bool tied = at != 0 && rows[at].output == rows[at - 1].output;
        rows[at].rank = tied ? rows[at - 1].rank : static_cast<std::uint32_t>(at) + 1;
    }
}

/// A viewer as a page would write one: holds what the frames said, and nothing else.
///
/// Of a delta it drops the rows that are removed or named, puts the named ones behind those that are left, and sorts by
/// rank, rows of one rank staying as they are.
class ModelViewer {
public:
    void apply(const std::string& text)
    {
        const simdjson::dom::object message = parser_.parse(text);
        const std::string type{std::string_view(message["type"])};
        const auto sequence = std::uint64_t(message["seq"]);
        if (type == "delta" && (sequence_ == 0 || sequence != sequence_ + 1)) {
            FAIL("a delta must follow what it changes: " << sequence << " behind " << sequence_);
        }
        if (type != "delta" && type != "snapshot") {
            FAIL("neither snapshot nor delta: " << text);
        }
        if (type == "delta" && head(message) != head_) {
            FAIL("a delta is of the same board: " << text);
        }
        sequence_ = sequence;
        head_ = head(message);
        total_ = std::uint64_t(message["total"]);
        std::vector<ranking::Entry> named;
        for (const simdjson::dom::object each : message["entries"]) {
            named.push_back(entry(each));
        }
        if (type == "snapshot") {
            rows_ = std::move(named);
        } else {
            std::unordered_set<std::uint64_t> gone;
            for (const auto id : message["removed"]) {
                gone.insert(std::uint64_t(id));
            }
            const auto removed = drop(gone);
            if (removed != gone.size()) {
                FAIL(gone.size() << " racers are removed, but " << removed << " of them were there");
            }
            gone.clear();
            for (const auto& each : named) {
                gone.insert(raw(each.racer_id));
            }
            drop(gone);
            rows_.insert(rows_.end(), named.begin(), named.end());
            std::stable_sort(rows_.begin(), rows_.end(), [](const auto& a, const auto& b) { return a.rank < b.rank; });
        }
        simdjson::dom::element own;
        own_row_ = message["me"].get(own) == simdjson::SUCCESS ? simdjson::minify(own) : "";
        last_type_ = type;
    }

    /// What a snapshot of what it holds would say, without its own row.
    [[nodiscard]] std::string snapshot() const
    {
        return R"({"type":"snapshot","seq":)" + std::to_string(sequence_) + board();
    }
    /// Likewise without its number, which is the viewer's own.
    [[nodiscard]] std::string board() const
    {
        auto text = head_ + R"(,"total":)" + std::to_string(total_) + R"(,"entries":[)";
        for (const auto& each : rows_) {
            append_entry(text, each);
            text += &each == &rows_.back() ? "" : ",";
        }
        return text + "]";
    }
    [[nodiscard]] const std::string& own_row() const { return own_row_; }
    [[nodiscard]] const std::string& last_type() const { return last_type_; }
    [[nodiscard]] std::uint64_t sequence() const { return sequence_; }

private:
    static std::string head(const simdjson::dom::object& message)
    {
        return R"(,"classId":)" + simdjson::minify(simdjson::dom::element(message["classId"])) + R"(,"raceId":)" +
               simdjson::minify(simdjson::dom::element(message["raceId"])) + R"(,"board":)" +
               simdjson::minify(simdjson::dom::element(message["board"]));
    }
    static ranking::Entry entry(const simdjson::dom::object& each)
    {
        ranking::Entry made;
        made.rank = static_cast<std::uint32_t>(std::uint64_t(each["rank"]));
        made.racer_id = RacerId{std::uint64_t(each["racerId"])};
        made.name = std::string(std::string_view(each["name"]));
        made.second = static_cast<std::uint32_t>(std::uint64_t(each["second"]));
        made.output = double(each["output"]);
        made.record = bool(each["record"]);
        return made;
    }
    std::size_t drop(const std::unordered_set<std::uint64_t>& racers)
    {
        return std::erase_if(rows_, [&](const auto& each) { return racers.contains(raw(each.racer_id)); });
    }

    simdjson::dom::parser parser_;
    std::uint64_t sequence_{0};
    std::string head_;
    std::uint64_t total_{0};
    std::vector<ranking::Entry> rows_;
    std::string own_row_;
    std::string last_type_;
};

}  // namespace alleycat::serve
