#pragma once

#include <alleycat/delivery/window.hpp>

#include <array>
#include <atomic>

namespace alleycat::delivery {

/// Every `errorCode` of a failed record: what telemetry says of it (Errc), or what became of an external transform.
inline constexpr std::array<std::string_view, 18> kFailureCodes = {
    "InvalidJson",
    "MissingField",
    "InvalidType",
    "OutOfRange",
    "TooLarge",
    "Unauthorized",
    "RateLimited",
    "CorruptFile",
    "Transform.Unreachable",       // no connection, or it broke off
    "Transform.TimedOut",          // no answer in time
    "Transform.HttpStatus",        // an answer other than 2xx
    "Transform.InvalidAnswer",     // an answer that is not of the contract, or too large
    "Transform.MissingRecordId",   // a good answer that does not speak of the record
    "Transform.InvalidResult",     // a result other than Ok, Dropped and ProcessingFailed
    "Transform.InvalidData",       // data that is no base64
    "Transform.TooLarge",          // data above kMaxTransformedBytes
    "Transform.InvalidRecord",     // data that is not one valid record
    "Transform.ProcessingFailed",  // the transform says so
};

inline constexpr std::size_t kMaxTransformedBytes = std::size_t{1} << 20;

/// Why a record failed.
struct Failure {
    std::string_view code;  ///< one of kFailureCodes
    std::string message;    ///< UTF-8
    std::uint32_t attempts{1};
    std::int64_t ended_ms{0};    ///< when the last attempt ended, ms since the epoch
    bool never_answered{false};  ///< all retries failed: this says nothing of the record itself
};

/// Takes what becomes of each record of a window, in their order.
class Outcomes {
public:
    virtual ~Outcomes() = default;

    /// `line`: the record's text without a line break in it; valid during the call.
    virtual void ok(const Window::Record& record, std::string_view line, const telemetry::Sample& sample) = 0;
    virtual void dropped(const Window::Record& record) = 0;
    virtual void failed(const Window::Record& record, const Failure& failure) = 0;
};

/// What is made of the records on their way into objects and history.
///
/// Thread: one worker's; cancel() on any.
class Transform {
public:
    virtual ~Transform() = default;

    /// As failed records name it.
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Calls `outcomes` for each record of the window, in order. False where cancel() came before the end.
    [[nodiscard]] virtual bool apply(const Window& window, Outcomes& outcomes) = 0;
    /// The apply() that runs, and each later one, ends soon.
    virtual void cancel() {}
};

/// Adds `output` to each valid record. One that is not fails.
class BuiltInTransform final : public Transform {
public:
    [[nodiscard]] std::string_view name() const override { return "built-in"; }
    [[nodiscard]] bool apply(const Window& window, Outcomes& outcomes) override;

private:
    std::string line_;
};

/// What calls of a transform took, ever. Any thread.
struct TransformCounters {
    std::atomic<std::uint64_t> calls{0};    ///< attempts
    std::atomic<std::uint64_t> retries{0};  ///< of them, repeated ones
    std::atomic<std::uint64_t> call_microseconds{0};
};

}  // namespace alleycat::delivery
