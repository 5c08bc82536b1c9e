#include "summary.hpp"

#include <alleycat/core/json_text.hpp>

#include <cmath>

namespace alleycat::sim {

namespace {

void append_member(std::string& out, std::string_view name, std::uint64_t value)
{
    append_string(out, name);
    out.append(1, ':');
    append_number(out, value);
    out.append(1, ',');
}

/// To three decimals: more would only be noise.
void append_member(std::string& out, std::string_view name, double value)
{
    append_string(out, name);
    out.append(1, ':');
    append_number(out, std::round(value * 1000) / 1000);
    out.append(1, ',');
}

}  // namespace

std::string to_json(const Summary& summary)
{
    std::string out = R"({"transport":)";
    append_string(out, summary.transport);
    out.append(1, ',');
    append_member(out, "riders", std::uint64_t{summary.riders});
    append_member(out, "connections", std::uint64_t{summary.connections});
    append_member(out, "batch", std::uint64_t{summary.batch});
    append_member(out, "sent", summary.sent);
    append_member(out, "acked", summary.acked);
    append_member(out, "rejected", summary.rejected);
    append_member(out, "elapsed_s", summary.elapsed_s);
    const auto answered = static_cast<double>(summary.acked + summary.rejected);
    append_member(out, "rate", summary.elapsed_s > 0 ? answered / summary.elapsed_s : 0.0);
    out.append(R"("latency_ms":{)");
    append_member(out, "p50", summary.p50_ms);
    append_member(out, "p99", summary.p99_ms);
    append_member(out, "max", summary.max_ms);
    out.back() = '}';
    out.append(1, ',');
    append_member(out, "cpu_s", summary.cpu_s);
    out.back() = '}';
    return out;
}

}  // namespace alleycat::sim
