#include "rule_errors.hpp"

#include <alleycat/core/base64.hpp>
#include <alleycat/core/json_text.hpp>
#include <alleycat/core/uuid.hpp>

#include <spdlog/spdlog.h>

#include <array>

namespace alleycat::ingest {

namespace {

constexpr auto kCleanEvery = std::chrono::minutes(10);

}  // namespace

void MessageFailures::add(TargetFailure failure)
{
    ++total_;
    if (listed_.size() < kMostListed) {
        listed_.push_back(std::move(failure));
    } else {
        listed_.back().message = "and " + std::to_string(total_ - kMostListed + 1) + " more";
    }
}

std::string MessageFailures::line(std::string_view rule, std::string_view topic, std::string_view payload) const
{
    std::string text = R"({"ruleName":)";
    append_string(text, rule);
    append_string(text.append(R"(,"topic":)"), topic);
    append_string(text.append(R"(,"clientId":)"), kUnknownClient);
    text.append(R"(,"base64OriginalPayload":")");
    append_base64(text, payload);
    text.append(R"(","failures":[)");
    for (const auto& failure : listed_) {
        text.append(text.ends_with('[') ? "" : ",").append(R"({"failedAction":)");
        append_string(text, failure.action);
        append_string(text.append(R"(,"failedResource":)"), failure.resource);
        append_string(text.append(R"(,"errorMessage":)"), failure.message);
        text.append("}");
    }
    return text.append("]}");
}

RuleErrors::RuleErrors(std::string rule, RuleErrorAction action, const std::filesystem::path& directory,
                       Publish publish)
    : rule_(std::move(rule)), action_(std::move(action)), publish_(std::move(publish))
{
    if (action_.kind == RuleErrorAction::Kind::Directory && !directory.empty()) {
        folder_.emplace(directory);
    }
}

void RuleErrors::add(const MessageFailures& failures, std::string_view topic, std::string_view payload)
{
    if (action_.kind == RuleErrorAction::Kind::Mqtt) {
        if (const auto why = publish_(action_.topic, failures.line(rule_, topic, payload)); !why.empty()) {
            lose(1, why);
        } else {
            losing_ = false;
        }
    } else if (folder_) {
        added_.append(failures.line(rule_, topic, payload)).append("\n");
        ++added_messages_;
    }
}

void RuleErrors::store(SystemTime now)
{
    if (!folder_) {
        return;
    }
    clean(now);
    if (added_.empty()) {
        return;
    }
    if (stored_.empty() || stored_.size() >= kFileBytes || now < begun_ || now - begun_ >= kFileAge) {
        begin_file(now);
    }
    const std::array<std::string_view, 2> parts{stored_, added_};
    if (const auto file = folder_->store(begun_, name_, parts); !file) {
        lose(added_messages_, file.error().message());
    } else {
        stored_.append(added_);
        losing_ = false;
    }
    added_.clear();
    added_messages_ = 0;
}

void RuleErrors::begin_file(SystemTime now)
{
    stored_.clear();
    begun_ = now;
    name_ = {rule_, random_uuid(), ".ndjson"};
}

void RuleErrors::lose(std::uint64_t messages, const std::string& why)
{
    lost_ += messages;
    if (!std::exchange(losing_, true)) {
        spdlog::error("MQTT rule {}: a message that failed cannot be kept: {} ({} so far)", rule_, why, lost_);
    }
}

void RuleErrors::clean(SystemTime now)
{
    if (now < cleaned_ || now - cleaned_ >= kCleanEvery) {
        cleaned_ = now;
        static_cast<void>(folder_->remove_expired(now, kKept));
    }
}

}  // namespace alleycat::ingest
