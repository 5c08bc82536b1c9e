#pragma once

#include <alleycat/commitlog/disk.hpp>
#include <alleycat/commitlog/log_record.hpp>

namespace alleycat::commitlog {

/// Copies damaged bytes into a file of their own, in a folder "set-aside" beside their segment, where retention leaves
/// them alone; again over the same copy, if there is one. Returns its path. Errors: the system's.
[[nodiscard]] Result<std::filesystem::path> set_aside(Disk& disk, const DamagedRegion& region);

}  // namespace alleycat::commitlog
