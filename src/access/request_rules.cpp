#include "request_rules.hpp"

#include <algorithm>
#include <array>

namespace alleycat::access {

namespace {

enum class Method : std::uint8_t { Any, Read, Options, Post };

struct Rule {
    Method method;
    std::string_view path;  // "/a/*" stands for everything below "/a/", "*" for everything
    Needs needs;
};

/// The first that fits counts. What nobody has thought of is a viewer's to read and an administrator's to change.
constexpr std::array kRules{
    Rule{Method::Options, "*", Needs::Nothing},  // a browser asks so before it may show its token
    // About quarantine, reading is judging, too.
    Rule{Method::Any, "/api/v1/quarantine", Needs::Administrator},
    Rule{Method::Any, "/api/v1/quarantine/*", Needs::Administrator},
    // The page: it must be there for somebody to type a token into.
    Rule{Method::Read, "/", Needs::Nothing},
    Rule{Method::Read, "/results", Needs::Nothing},
    Rule{Method::Read, "/racer", Needs::Nothing},
    Rule{Method::Read, "/wall", Needs::Nothing},
    Rule{Method::Read, "/status", Needs::Nothing},
    Rule{Method::Read, "/favicon.svg", Needs::Nothing},
    Rule{Method::Read, "/manifest.webmanifest", Needs::Nothing},
    Rule{Method::Read, "/assets/*", Needs::Nothing},
    Rule{Method::Read, "/api/v1/access", Needs::Nothing},
    // Who watches over the daemon.
    Rule{Method::Read, "/healthz", Needs::Nothing},
    Rule{Method::Read, "/readyz", Needs::Nothing},
    // WebSockets, whose token may come later, and the stream API, which knows signatures as well.
    Rule{Method::Read, "/live", Needs::Nothing},
    Rule{Method::Read, "/ingest", Needs::Nothing},
    Rule{Method::Post, "/", Needs::Nothing},
    Rule{Method::Read, "*", Needs::Viewer},
    Rule{Method::Any, "*", Needs::Administrator},
};

bool fits(Method method, std::string_view asked)
{
    switch (method) {
        case Method::Any:
            return true;
        case Method::Read:
            return asked == "GET" || asked == "HEAD";
        case Method::Options:
            return asked == "OPTIONS";
        case Method::Post:
            return asked == "POST";
    }
    return false;
}

bool fits(std::string_view pattern, std::string_view path)
{
    return pattern.ends_with('*') ? path.starts_with(pattern.substr(0, pattern.size() - 1)) : path == pattern;
}

}  // namespace

Needs needs(std::string_view method, std::string_view path)
{
    const auto rule = std::ranges::find_if(
        kRules, [&](const Rule& each) { return fits(each.method, method) && fits(each.path, path); });
    return rule->needs;  // the last one fits all
}

}  // namespace alleycat::access
