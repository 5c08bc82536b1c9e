#include "results_text.hpp"

#include <alleycat/serve/results_message.hpp>

namespace alleycat::serve {

std::string results_message(const ranking::RaceSnapshot& race, std::chrono::system_clock::time_point now)
{
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    std::string text = R"({"msg":"results","classId":")" + std::to_string(raw(race.class_id)) + R"(","raceId":"race-)" +
                       std::to_string(raw(race.race_id)) + R"(","ts":")" + std::to_string(ms) + R"(","results":)";
    append_results(text, race.entries());
    return text.append("}");
}

}  // namespace alleycat::serve
