#include <alleycat/core/verdict.hpp>

namespace alleycat {

std::string_view name(Suspicion suspicion)
{
    switch (suspicion) {
        case Suspicion::Slew:
            return "Slew";
        case Suspicion::Frozen:
            return "Frozen";
        case Suspicion::ClockSkew:
            return "ClockSkew";
        case Suspicion::RaceClock:
            return "RaceClock";
        case Suspicion::TwoConnections:
            return "TwoConnections";
    }
    return "Unknown";
}

}  // namespace alleycat
