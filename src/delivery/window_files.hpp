#pragma once

#include <alleycat/core/hourly_folder.hpp>
#include <alleycat/delivery/delivery_pool.hpp>
#include <alleycat/delivery/gzip_writer.hpp>

namespace alleycat::delivery {

/// Gathers what becomes of one window after the other, and stores it: what failed first, then the object.
///
/// Thread:  one worker's.
/// Replays: a record that is in an object of an earlier process is handed on, and not stored again. Its failure is not
///          stored again either, unless the transform could not be asked: then that is news.
class WindowFiles final : public Outcomes {
public:
    WindowFiles(const DeliveryPool::Options& options, PoolCounters& counters);

    /// Begins a window, which outlives the work on it. `transform`: as failed records name it.
    void start(const Window& window, std::string_view transform);

    void ok(const Window::Record& record, std::string_view line, const telemetry::Sample& sample) override;
    void dropped(const Window::Record& record) override;
    void failed(const Window::Record& record, const Failure& failure) override;

    /// Stores what is not stored yet; after an error, call it again. Errors: the system's.
    [[nodiscard]] Result<void> store();
    /// What is to be handed on; the window is done with.
    [[nodiscard]] Delivered take();

private:
    /// Whether the record came from somebody who is erased; one that is not valid, if it names them.
    [[nodiscard]] bool erased(const Window::Record& record) const;
    [[nodiscard]] bool delivered_before(const Window::Record& record) const;
    [[nodiscard]] Result<void> keep_held();
    [[nodiscard]] Result<void> store_failures();
    [[nodiscard]] Result<void> store_object();
    [[nodiscard]] HourlyFolder::Name name(std::string_view ending, bool completes_window) const;
    void count();

    const DeliveryPool::Options& options_;
    PoolCounters& counters_;
    HourlyFolder objects_;
    HourlyFolder failures_;
    // Of the current window:
    const Window* window_{nullptr};
    std::string_view transform_;
    Delivered delivered_;
    GzipWriter object_;
    std::uint64_t object_records_{0};
    std::int64_t object_arrival_ms_{0};  // of the first record in it
    bool object_stored_{false};
    std::string failed_lines_;
    std::int64_t failed_arrival_ms_{0};  // likewise
    bool failures_stored_{false};
    bool held_kept_{false};
    std::array<std::uint64_t, kFailureCodes.size()> failed_by_code_{};
};

}  // namespace alleycat::delivery
