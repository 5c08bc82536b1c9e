#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::sim {

/// What became of the records of one PutRecords call.
struct PutAnswer {
    enum class Kind {
        Records,    ///< each record has a result of its own
        Refused,    ///< the whole call, for good
        TryLater,   ///< the whole call, for now: throttled, or a fault of the server
        Malformed,  ///< not an answer of this API
    };
    Kind kind{Kind::Malformed};
    std::vector<bool> failed;  ///< of Records: one for each, in their order; false: it has a sequence number
    std::string message;       ///< of the first failure, as "Code: text"; empty if there is none
};

/// Reads answers of a stream API. Keeps its memory from one to the next.
class PutAnswerReader {
public:
    PutAnswerReader();
    ~PutAnswerReader();

    /// `status` is that of HTTP.
    [[nodiscard]] PutAnswer read(unsigned status, std::string_view body);

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace alleycat::sim
