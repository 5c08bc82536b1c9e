#pragma once

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat {

/// A fresh directory, removed at the end.
class TemporaryDirectory {
public:
    TemporaryDirectory()
    {
        auto name = (std::filesystem::temp_directory_path() / "alleycat-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        path_ = name;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// Returns the file's path.
    std::string write(const std::string& name, std::string_view content) const
    {
        const auto file = path_ / name;
        std::ofstream(file, std::ios::binary) << content;
        return file.string();
    }

    /// Paths below `folder` of all regular files, in order.
    [[nodiscard]] std::vector<std::string> files(const std::string& folder = "") const
    {
        std::vector<std::string> found;
        const auto root = path_ / folder;
        if (std::filesystem::is_directory(root)) {
            for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
                if (entry.is_regular_file()) {
                    found.push_back(std::filesystem::relative(entry.path(), root).string());
                }
            }
        }
        std::ranges::sort(found);
        return found;
    }

private:
    std::filesystem::path path_;
};

}  // namespace alleycat
