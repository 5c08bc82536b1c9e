#include "rider.hpp"

#include "random.hpp"
#include "rider_names.hpp"

#include <cmath>

namespace alleycat::sim {

namespace {

// Each number a rider needs has a purpose of its own, so that none of them depends on another.
enum class Purpose : std::uint64_t { Cadence = 1, CadenceWidth, Resistance, ResistanceWidth };

constexpr std::uint32_t kTrendSeconds = 30;  // a rider heads for another level this often
constexpr double kTrendShare = 0.94;         // of a band; the wobble from second to second takes the rest

std::uint64_t draw(std::uint64_t key, Purpose purpose)
{
    return mix(key, static_cast<std::uint64_t>(purpose));
}

int between(int low, int high, std::uint64_t bits)
{
    return low + static_cast<int>(unit(bits) * (high - low + 1));
}

/// A smooth curve through one random level each kTrendSeconds, plus a small wobble. 0 <= result <= 1.
double level(std::uint64_t key, std::uint32_t second)
{
    const std::uint32_t segment = second / kTrendSeconds;
    const double at = static_cast<double>(second % kTrendSeconds) / kTrendSeconds;
    const double from = unit(mix(key, segment));
    const double to = unit(mix(key, segment + 1));
    const double trend = from + (to - from) * at * at * (3 - 2 * at);
    const double wobble = unit(mix(~key, second));
    return kTrendShare * trend + (1 - kTrendShare) * wobble;
}

int inside(const Band& band, double share)
{
    return band.low + static_cast<int>(std::lround(share * (band.high - band.low)));
}

}  // namespace

Rider make_rider(std::uint64_t seed, RacerId racer, ClassId class_id)
{
    Rider rider{racer, class_id, rider_name(seed, racer), {}, {}, mix(seed, raw(racer))};
    rider.cadence.low = between(550, 850, draw(rider.key, Purpose::Cadence));
    rider.cadence.high = rider.cadence.low + between(120, 350, draw(rider.key, Purpose::CadenceWidth));
    rider.resistance.low = between(200, 450, draw(rider.key, Purpose::Resistance));
    rider.resistance.high = rider.resistance.low + between(80, 300, draw(rider.key, Purpose::ResistanceWidth));
    return rider;
}

Effort effort(const Rider& rider, std::uint32_t race, std::uint32_t second)
{
    const std::uint64_t key = mix(rider.key, race);
    return {inside(rider.cadence, level(draw(key, Purpose::Cadence), second)),
            inside(rider.resistance, level(draw(key, Purpose::Resistance), second))};
}

}  // namespace alleycat::sim
