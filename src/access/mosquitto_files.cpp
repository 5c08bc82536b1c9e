#include <alleycat/access/mosquitto_files.hpp>
#include <alleycat/core/directory.hpp>
#include <alleycat/core/replacement_file.hpp>
#include <alleycat/core/unique_fd.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace alleycat::access {

namespace {

using Source = MosquittoFiles::Source;

constexpr auto kHeading = "# Written by alleycatd from its tokens; what is changed here is lost.\n";

/// The filter of a shared subscription, "$share/<group>/<filter>", without that.
std::string_view unshared(std::string_view filter)
{
    constexpr std::string_view kShare = "$share/";
    if (filter.starts_with(kShare)) {
        filter.remove_prefix(kShare.size());
        filter.remove_prefix(std::min(filter.find('/'), filter.size() - 1) + 1);
    }
    return filter;
}

std::vector<std::string> levels_of(std::string_view filter)
{
    std::vector<std::string> levels;
    for (auto slash = filter.find('/'); slash != std::string_view::npos; slash = filter.find('/')) {
        levels.emplace_back(filter.substr(0, slash));
        filter.remove_prefix(slash + 1);
    }
    levels.emplace_back(filter);
    return levels;
}

std::string joined(const std::vector<std::string>& levels)
{
    std::string filter;
    for (const auto& level : levels) {
        filter.append(&level == &levels.front() ? "" : "/").append(level);
    }
    return filter;
}

/// The filter of everything that comes in by a source.
std::vector<std::string> all_topics(const Source& source)
{
    const std::string filter(unshared(source.filter));
    if (!source.bikes || source.racer_level != 0 || filter.ends_with('#')) {
        return {filter};
    }
    return {filter, filter + "/+"};
}

/// The part of it that is one racer's; empty where there is none.
std::string own_topics(const Source& source, RacerId racer)
{
    if (!source.bikes) {
        return {};
    }
    const auto id = std::to_string(raw(racer));
    auto levels = levels_of(unshared(source.filter));
    const bool open_end = levels.back() == "#";
    if (source.racer_level == 0) {
        levels.resize(levels.size() - (open_end ? 1 : 0));
        levels.push_back(id);
        return joined(levels);
    }
    if (open_end && source.racer_level >= levels.size()) {  // '#' stands for that level, and for those below it
        levels.back() = "+";
        levels.resize(source.racer_level, "+");
        levels.emplace_back("#");
    }
    if (source.racer_level > levels.size()) {
        return {};
    }
    auto& place = levels[source.racer_level - 1];
    if (place != "+" && place != id) {
        return {};
    }
    place = id;
    return joined(levels);
}

class Acl {
public:
    void add_user(const std::string& name) { text_.append("\nuser ").append(name).append("\n"); }
    void add(std::string_view access, const std::string& topic)
    {
        if (!topic.empty()) {
            text_.append("topic ").append(access).append(" ").append(topic).append("\n");
        }
    }
    [[nodiscard]] std::string text() && { return std::move(text_); }

private:
    std::string text_{kHeading};
};

bool counts(const StoredToken& token, std::int64_t now_ms)
{
    return !token.expires_ms || now_ms < *token.expires_ms;
}

std::string passwords(const MosquittoFiles& files, const std::vector<StoredToken>& tokens, std::int64_t now_ms)
{
    std::string text;
    const auto add = [&text](const std::string& user, const std::string& password) {
        text.append(user).append(":").append(password).append("\n");
    };
    if (!files.daemon_user.empty()) {
        add(files.daemon_user, mosquitto_password(files.daemon_password));
    }
    for (const auto& token : tokens) {
        if (counts(token, now_ms)) {
            add(token.identity.id, token.broker_password);
        }
    }
    return text;
}

/// An unfinished file that nobody else can open. Whoever goes on with it finds it so.
Result<void> make_private(const std::filesystem::path& path)
{
    auto unfinished = path;
    unfinished += kUnfinishedSuffix;
    struct stat directory {};
    const UniqueFd file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file || ::stat(path.parent_path().c_str(), &directory) != 0 ||
        ::fchown(file.get(), static_cast<uid_t>(-1), directory.st_gid) != 0 || ::fchmod(file.get(), 0640) != 0) {
        return last_system_error();
    }
    return {};
}

Result<void> replace(const std::filesystem::path& path, std::string_view text)
{
    if (const auto made = make_private(path); !made) {
        return made;
    }
    auto file = ReplacementFile::create(path);
    if (!file) {
        return file.error();
    }
    if (const auto written = file->write(std::span(&text, 1)); !written) {
        return written;
    }
    const auto done = file->commit();
    return done ? Result<void>() : Result<void>(done.error());
}

}  // namespace

std::string mosquitto_acl(const MosquittoFiles& files, const std::vector<StoredToken>& tokens, std::int64_t now_ms)
{
    Acl acl;
    if (!files.daemon_user.empty()) {
        acl.add_user(files.daemon_user);
        acl.add("readwrite", "#");  // rules publish wherever they like
    }
    for (const auto& token : tokens) {
        if (!counts(token, now_ms)) {
            continue;
        }
        const auto& identity = token.identity;
        acl.add_user(identity.id);
        if (identity.racer) {
            for (const auto& source : files.sources) {
                acl.add("write", own_topics(source, *identity.racer));
            }
        } else if (identity.may_send()) {
            for (const auto& source : files.sources) {
                for (const auto& topic : all_topics(source)) {
                    acl.add("write", topic);
                }
            }
        }
        for (const auto& topic : files.published) {
            acl.add("read", topic);
        }
    }
    return std::move(acl).text();
}

Result<void> write_mosquitto_files(const MosquittoFiles& files, const std::vector<StoredToken>& tokens,
                                   std::int64_t now_ms)
{
    if (const auto made = make_directory(files.directory); !made) {
        return made;
    }
    if (const auto done = replace(files.directory / "acl", mosquitto_acl(files, tokens, now_ms)); !done) {
        return done;
    }
    return replace(files.directory / "passwords", passwords(files, tokens, now_ms));
}

}  // namespace alleycat::access
