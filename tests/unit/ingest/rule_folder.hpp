#pragma once

#include "temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace alleycat::ingest {

/// A data directory that rules write below.
class RuleFolder : public TemporaryDirectory {
public:
    [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(path() / name); }
    [[nodiscard]] std::string read(const std::string& name) const { return content(path() / name); }
    /// What stands in the files below `folder`, one behind the other.
    [[nodiscard]] std::string all(const std::string& folder) const
    {
        std::string text;
        for (const auto& file : files(folder)) {
            text += content(path() / folder / file);
        }
        return text;
    }

private:
    static std::string content(const std::filesystem::path& file)
    {
        std::ifstream stream(file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
};

}  // namespace alleycat::ingest
