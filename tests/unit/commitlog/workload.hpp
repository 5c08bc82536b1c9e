#pragma once

#include "log_fixture.hpp"

#include <algorithm>

namespace alleycat::commitlog {

/// Groups of records that fill several segments.
struct Workload : LogFixture {
    Workload()
    {
        options.segment_bytes = 400;
        SequenceNumber next = 1;
        for (const std::size_t count : {1U, 3U, 2U, 5U, 1U, 4U, 2U, 1U}) {
            groups.push_back(make_records(next, count));
            next += count + count % 2;  // with gaps
        }
    }
    [[nodiscard]] Records all() const
    {
        Records records;
        for (const auto& group : groups) {
            records = joined(records, group);
        }
        return records;
    }

    std::vector<Records> groups;
};

/// Everything committed is there, in order and once; behind it stands nothing but records of the group that was under
/// way.
inline void check_survivors(const Records& survivors, const Records& committed, const Records& under_way)
{
    REQUIRE(survivors.size() >= committed.size());
    CHECK(std::equal(committed.begin(), committed.end(), survivors.begin()));
    auto next = under_way.begin();
    for (auto at = survivors.begin() + static_cast<std::ptrdiff_t>(committed.size()); at != survivors.end(); ++at) {
        next = std::find(next, under_way.end(), *at);
        REQUIRE(next != under_way.end());
        ++next;
    }
}

}  // namespace alleycat::commitlog
