#include "logging.hpp"

#include <alleycat/core/json_text.hpp>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/dup_filter_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace alleycat::app {

namespace {

constexpr auto kRepeats = std::chrono::seconds(5);  // in which the same message again is counted instead of written

spdlog::level::level_enum level_of(LogLevel level)
{
    switch (level) {
        case LogLevel::Trace:
            return spdlog::level::trace;
        case LogLevel::Debug:
            return spdlog::level::debug;
        case LogLevel::Info:
            return spdlog::level::info;
        case LogLevel::Warning:
            return spdlog::level::warn;
        case LogLevel::Error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

/// The message as a JSON string, whatever is in it.
class JsonMessage final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override
    {
        std::string text;
        append_string(text, {message.payload.data(), message.payload.size()});
        out.append(text.data(), text.data() + text.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JsonMessage>(); }
};

}  // namespace

void set_log_level(LogLevel level)
{
    spdlog::set_level(level_of(level));
}

void set_up_logging(const Log& log)
{
    auto sink = std::make_shared<spdlog::sinks::dup_filter_sink_mt>(kRepeats);
    sink->add_sink(std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("alleycatd", std::move(sink)));
    set_log_level(log.level);
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    if (log.format == LogFormat::Json) {
        formatter->add_flag<JsonMessage>('*').set_pattern(
            R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
    } else {
        formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v");
    }
    spdlog::set_formatter(std::move(formatter));
}

}  // namespace alleycat::app
