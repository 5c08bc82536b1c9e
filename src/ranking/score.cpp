#include <alleycat/ranking/score.hpp>

namespace alleycat::ranking {

std::string_view name(Score score)
{
    switch (score) {
        case Score::Output:
            return "output";
        case Score::Best:
            return "best";
        case Score::Mean:
            return "mean";
        case Score::Total:
            return "total";
    }
    return "unknown";
}

}  // namespace alleycat::ranking
