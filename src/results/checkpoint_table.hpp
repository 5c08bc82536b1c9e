#pragma once

#include "sqlite.hpp"

#include <alleycat/results/result_store.hpp>

namespace alleycat::results {

/// How far the races have come in the log, beside the results. The races' bytes are cut into parts of one size, so that
/// a part is overwritten in its place, however large they are.
///
/// Errors: the connection's.
class CheckpointTable {
public:
    explicit CheckpointTable(Connection& connection);

    [[nodiscard]] Checkpoint load(std::size_t shards);
    /// Positions of shards that are not in it remain, for there may be more shards again.
    void save(const Checkpoint& checkpoint);

private:
    Statement positions_;
    Statement parts_;
    Statement put_position_;
    Statement put_part_;
    Statement delete_parts_;
};

}  // namespace alleycat::results
