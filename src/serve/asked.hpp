#pragma once

#include "api_parameters.hpp"

#include <alleycat/net/http.hpp>

#include <string>
#include <string_view>

namespace alleycat::serve {

/// What an answer has to know of its request, kept until it is made; on any thread.
class Asked {
public:
    static constexpr std::size_t kGzipFrom = 1024;  ///< bytes: smaller bodies are not zipped

    explicit Asked(const net::Request& request);

    /// 200 with the body under an entity tag of its own, zipped where that was accepted; 304 where the client has it.
    [[nodiscard]] net::Response answer(std::string type, std::string body) const;
    [[nodiscard]] net::Response json(std::string body) const { return answer("application/json", std::move(body)); }
    /// The same, as a file to be saved. `name`: of letters, digits, dots and hyphens.
    [[nodiscard]] net::Response file(std::string type, std::string name, std::string body) const;

    [[nodiscard]] net::Response problem(unsigned status, std::string_view detail) const;
    [[nodiscard]] net::Response problem(const BadParameter& wrong) const;

private:
    std::string path_;
    std::string if_none_match_;
    bool gzip_{false};
};

}  // namespace alleycat::serve
