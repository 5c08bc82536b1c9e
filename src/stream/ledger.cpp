#include <alleycat/stream/ledger.hpp>

namespace alleycat::stream {

namespace {

constexpr std::size_t kReplay = 0;  // the door that add_door() did not make

}  // namespace

std::uint64_t Ledger::Totals::accepted() const
{
    std::uint64_t sum = 0;
    for (const auto& door : doors) {
        sum += door.accepted;
    }
    return sum;
}

Ledger::Ledger()
{
    totals_.doors.push_back({"replay", 0});
}

std::size_t Ledger::add_door(std::string name)
{
    const std::lock_guard lock(mutex_);
    totals_.doors.push_back({std::move(name), 0});
    return totals_.doors.size() - 1;
}

void Ledger::accept(std::size_t door, std::uint64_t records)
{
    const std::lock_guard lock(mutex_);
    totals_.doors[door].accepted += records;
    totals_.in_stream += records;
}

void Ledger::hand_on(std::uint64_t records)
{
    const std::lock_guard lock(mutex_);
    totals_.in_stream -= records;
    totals_.in_delivery += records;
}

void Ledger::replay(std::uint64_t records)
{
    const std::lock_guard lock(mutex_);
    totals_.doors[kReplay].accepted += records;
    totals_.in_delivery += records;
}

void Ledger::settle(std::uint64_t applied, std::uint64_t failed, std::uint64_t dropped, std::uint64_t held)
{
    const std::lock_guard lock(mutex_);
    totals_.in_delivery -= applied + failed + dropped + held;
    totals_.applied += applied;
    totals_.failed += failed;
    totals_.dropped += dropped;
    totals_.held += held;
}

Ledger::Totals Ledger::totals() const
{
    const std::lock_guard lock(mutex_);
    return totals_;
}

}  // namespace alleycat::stream
