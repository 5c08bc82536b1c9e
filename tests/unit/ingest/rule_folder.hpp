#pragma once

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace alleycat::ingest {

/// A fresh directory, removed at the end.
class RuleFolder {
public:
    RuleFolder()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "alleycat-rule-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        path_ = pattern;
    }
    RuleFolder(const RuleFolder&) = delete;
    RuleFolder& operator=(const RuleFolder&) = delete;
    ~RuleFolder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(path_ / name); }
    [[nodiscard]] std::string read(const std::string& name) const { return content(path_ / name); }
    void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }

    /// All files below `folder`, in the order of their paths.
    [[nodiscard]] std::vector<std::filesystem::path> files(const std::string& folder) const
    {
        std::vector<std::filesystem::path> found;
        if (has(folder)) {
            for (const auto& entry : std::filesystem::recursive_directory_iterator(path_ / folder)) {
                if (entry.is_regular_file()) {
                    found.push_back(entry.path());
                }
            }
        }
        std::sort(found.begin(), found.end());
        return found;
    }
    /// What stands in them, one behind the other.
    [[nodiscard]] std::string all(const std::string& folder) const
    {
        std::string text;
        for (const auto& file : files(folder)) {
            text += content(file);
        }
        return text;
    }

private:
    static std::string content(const std::filesystem::path& file)
    {
        std::ifstream stream(file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    std::filesystem::path path_;
};

}  // namespace alleycat::ingest
