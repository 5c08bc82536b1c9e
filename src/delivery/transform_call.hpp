#pragma once

#include <alleycat/delivery/window.hpp>

namespace alleycat::delivery {

/// What a transform is asked in one call. Records are named by their sequence numbers.
class TransformCall {
public:
    explicit TransformCall(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    void start(std::string_view invocation_id);
    /// False, and nothing is added, where the call would become too large; a first record is added in any case.
    [[nodiscard]] bool try_add(const Window& window, const Window::Record& record);
    [[nodiscard]] std::string_view finish();

private:
    const std::size_t max_bytes_;
    std::string body_;
    bool empty_{true};
};

/// A shard's name in public.
void append_shard_name(std::string& out, ShardId shard);

}  // namespace alleycat::delivery
