#pragma once

#include "racer_search.hpp"

#include <alleycat/archive/file_eraser.hpp>

namespace alleycat::archive {

/// A sort of files that hold lines of people, and which of its lines are to go.
///
/// Thread: one owner.
class ErasedLines {
public:
    /// `request` outlives it.
    explicit ErasedLines(const FileEraser::Request& request) : request_(request), search_(request.racer_id) {}
    virtual ~ErasedLines() = default;
    ErasedLines(const ErasedLines&) = delete;
    ErasedLines& operator=(const ErasedLines&) = delete;

    /// Whether anything of the file is to go, as far as its name says it.
    [[nodiscard]] virtual bool concerns(const StoredFile& file) const = 0;
    /// Calls `visit` with where each line that is to go begins and ends, its line feed included. `lines`: as LineFile
    /// gives them.
    virtual void find(std::string_view lines, const std::function<void(std::size_t, std::size_t)>& visit) = 0;

protected:
    const FileEraser::Request& request_;
    const RacerSearch search_;
};

/// Of delivery objects.
class ErasedObjectLines final : public ErasedLines {
public:
    ErasedObjectLines(const FileEraser::Request& request, const telemetry::RecordLimits& limits);

    [[nodiscard]] bool concerns(const StoredFile& file) const override;
    void find(std::string_view lines, const std::function<void(std::size_t, std::size_t)>& visit) override;

private:
    telemetry::RecordReader reader_;
};

/// Of files that keep what could not be used, as base64 in a member of each line's object.
class ErasedFailureLines final : public ErasedLines {
public:
    /// Where such lines tell when they are from.
    enum class When { InTheLine, InTheName };

    /// `member`: outlives it.
    ErasedFailureLines(const FileEraser::Request& request, std::string_view member, When when);

    [[nodiscard]] bool concerns(const StoredFile& file) const override;
    void find(std::string_view lines, const std::function<void(std::size_t, std::size_t)>& visit) override;

private:
    [[nodiscard]] bool goes(std::string_view line);

    const std::string_view member_;
    const When when_;
    std::string payload_;  // of the line at work
};

}  // namespace alleycat::archive
