// The commit log's own disk for tests, compiled once more for this room's.
#include "../commitlog/memory_disk.cpp"  // NOLINT(bugprone-suspicious-include)
