#pragma once

#include <alleycat/delivery/stop_signal.hpp>
#include <alleycat/delivery/transform.hpp>

#include <memory>

namespace alleycat::delivery {

/// Asks a program behind an http:// address what becomes of the records, in calls of at most `call_bytes`:
///     {"invocationId":…,"records":[{"recordId":…,"data":base64,"approximateArrivalTimestamp":ms,
///         "kinesisRecordMetadata":{…}}]}  →  {"records":[{"recordId":…,"result":…,"data":base64}]}
///
/// A call without a good answer is repeated, with the same invocationId; then its records fail. What is wrong with one
/// record of a good answer is that record's failure alone. Records that are not valid are sent like all others.
class HttpTransform final : public Transform {
public:
    struct Options {
        std::string url;                            ///< http://host[:port][/path][?query]
        std::chrono::milliseconds timeout{10'000};  ///< of one attempt, from connecting to the whole answer
        std::uint32_t retries{3};
        std::chrono::milliseconds first_backoff{100};  ///< doubles with each retry …
        std::chrono::milliseconds max_backoff{5'000};  ///< … up to this
        std::size_t call_bytes{std::size_t{3} << 20};  ///< of JSON; one record is sent in any case
        std::size_t answer_bytes{std::size_t{64} << 20};
        telemetry::RecordLimits limits;         ///< for what comes back of a valid record, which may be older than …
        telemetry::RecordLimits mended_limits;  ///< … those for what comes back of one that was refused
        Wait wait;                              ///< between attempts; empty: real time, ended by cancel()
    };

    /// Throws std::invalid_argument with one line for a bad url. `counters` outlives it.
    HttpTransform(Options options, TransformCounters& counters);
    ~HttpTransform() override;

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] bool apply(const Window& window, Outcomes& outcomes) override;
    void cancel() override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace alleycat::delivery
