#include <alleycat/ranking/race_result.hpp>

namespace alleycat::ranking {

double ResultRow::score(Score meaning) const
{
    switch (meaning) {
        case Score::Output:
            return output;
        case Score::Best:
            return best;
        case Score::Mean:
            return mean;
        case Score::Total:
            return total;
    }
    return output;
}

}  // namespace alleycat::ranking
