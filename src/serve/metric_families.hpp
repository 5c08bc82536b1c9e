#pragma once

#include <alleycat/core/durations.hpp>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace alleycat::serve {

using Labels = std::vector<prometheus::ClientMetric::Label>;

/// Gathers families; a sample belongs to the family begun last.
class Families {
public:
    void begin(prometheus::MetricType type, std::string name, std::string help)
    {
        families_.push_back({std::move(name), std::move(help), type, {}});
    }

    void add(Labels labels, double value)
    {
        prometheus::ClientMetric metric;
        metric.label = std::move(labels);
        if (families_.back().type == prometheus::MetricType::Counter) {
            metric.counter.value = value;
        } else {
            metric.gauge.value = value;
        }
        families_.back().metric.push_back(std::move(metric));
    }

    void add(Labels labels, std::uint64_t value) { add(std::move(labels), static_cast<double>(value)); }

    void add(Labels labels, const Durations::Counts& durations)
    {
        prometheus::ClientMetric metric;
        metric.label = std::move(labels);
        metric.histogram.sample_count = durations.count();
        metric.histogram.sample_sum = durations.seconds;
        std::uint64_t below = 0;
        for (std::size_t bucket = 0; bucket < Durations::kBounds.size(); ++bucket) {
            below += durations.buckets[bucket];
            metric.histogram.bucket.push_back({below, Durations::kBounds[bucket]});
        }
        families_.back().metric.push_back(std::move(metric));
    }

    [[nodiscard]] std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

private:
    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace alleycat::serve
