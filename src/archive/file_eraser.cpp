#include "erasure.hpp"
#include "stored_files.hpp"

#include <alleycat/archive/file_eraser.hpp>
#include <alleycat/archive/line_file.hpp>
#include <alleycat/core/directory.hpp>
#include <alleycat/core/replacement_file.hpp>
#include <alleycat/delivery/gzip_writer.hpp>

#include <spdlog/spdlog.h>

namespace alleycat::archive {

namespace fs = std::filesystem;

namespace {

constexpr auto kSettled = std::chrono::minutes(2);  // behind that, nobody writes a file any more

boost::system::error_code given_up_error()
{
    return boost::system::errc::make_error_code(boost::system::errc::operation_canceled);
}

/// A sort of files, where it lies, and what became of it.
struct Sort {
    ErasedLines& lines;
    std::string_view ending;
    LineFile::Kind kind{LineFile::Kind::Plain};
    bool grows{false};        // a file may be written anew for a while
    bool keeps_empty{false};  // names count
    FileEraser::Count& count;
};

}  // namespace

class FileEraser::Work {
public:
    Work(SystemTime now, const std::function<bool()>& given_up, Report& report)
        : now_(now), given_up_(given_up), report_(report)
    {
    }

    /// Goes through an HourlyFolder.
    void run(const fs::path& directory, const Sort& sort);

private:
    void erase_in(const StoredFile& file, const Sort& sort);
    [[nodiscard]] Result<std::uint64_t> count_lines(const fs::path& path, const Sort& sort);
    [[nodiscard]] Result<void> rewrite(const fs::path& path, const Sort& sort);
    /// Calls `visit` for the file's lines, some at a time.
    template <class Visit>
    [[nodiscard]] Result<void> read(const fs::path& path, const Sort& sort, Visit visit);
    void note(const fs::path& path, const boost::system::error_code& error);
    void remove_left_overs(const fs::path& hour);

    const SystemTime now_;
    const std::function<bool()>& given_up_;
    Report& report_;
    delivery::GzipWriter gzip_;
    std::string kept_;  // lines that stay, of those at work
};

void FileEraser::Work::run(const fs::path& directory, const Sort& sort)
{
    for (const auto& hour : HourlyFolder(directory).hours()) {
        for (const auto& file : files_in(hour, sort.ending)) {
            report_.given_up = report_.given_up || given_up_();
            if (report_.given_up) {
                return;
            }
            if (sort.lines.concerns(file)) {
                erase_in(file, sort);
            }
        }
        remove_left_overs(hour);
    }
}

void FileEraser::Work::erase_in(const StoredFile& file, const Sort& sort)
{
    const auto settled_ms = std::chrono::floor<std::chrono::milliseconds>(now_ - kSettled).time_since_epoch().count();
    if (sort.grows && file.at_ms && *file.at_ms > settled_ms) {
        ++report_.unsettled;
        return;
    }
    ++report_.files;
    const auto lines = count_lines(file.path, sort);
    if (!lines) {
        note(file.path, lines.error());
        return;
    }
    if (*lines == 0) {
        return;
    }
    if (const auto done = rewrite(file.path, sort); !done) {
        note(file.path, done.error());
        return;
    }
    ++sort.count.files;
    sort.count.lines += *lines;
}

template <class Visit>
Result<void> FileEraser::Work::read(const fs::path& path, const Sort& sort, Visit visit)
{
    auto file = LineFile::open(path, sort.kind);
    if (!file) {
        return file.error();
    }
    for (;;) {
        const auto lines = file->next();
        if (!lines) {
            return lines.error();
        }
        if (lines->empty()) {
            return {};
        }
        if (given_up_()) {
            return given_up_error();
        }
        if (const auto visited = visit(*lines); !visited) {
            return visited;
        }
    }
}

Result<std::uint64_t> FileEraser::Work::count_lines(const fs::path& path, const Sort& sort)
{
    std::uint64_t count = 0;
    const auto done = read(path, sort, [&](std::string_view lines) {
        sort.lines.find(lines, [&count](std::size_t, std::size_t) { ++count; });
        return Result<void>();
    });
    return done ? Result<std::uint64_t>(count) : done.error();
}

Result<void> FileEraser::Work::rewrite(const fs::path& path, const Sort& sort)
{
    std::error_code no_time;
    const auto modified = fs::last_write_time(path, no_time);
    auto file = ReplacementFile::create(path);
    if (!file) {
        return file.error();
    }
    const bool gzipped = sort.kind == LineFile::Kind::Gzip;
    bool empty = true;
    gzip_.start();
    const auto done = read(path, sort, [&](std::string_view lines) {
        kept_.clear();
        std::size_t from = 0;
        sort.lines.find(lines, [&](std::size_t begin, std::size_t end) {
            kept_.append(lines.substr(from, begin - from));
            from = end;
        });
        kept_.append(lines.substr(from));
        empty = empty && kept_.empty();
        const std::string_view part = kept_;
        if (!gzipped) {
            return file->write({&part, 1});
        }
        gzip_.append(part);
        return Result<void>();
    });
    if (!done) {
        return done;
    }
    if (empty && !sort.keeps_empty) {
        std::error_code error;
        fs::remove(path, error);
        return error ? Result<void>(boost::system::error_code(error)) : sync_directory(path.parent_path());
    }
    if (gzipped) {
        const auto bytes = gzip_.finish();
        if (const auto written = file->write({&bytes, 1}); !written) {
            return written;
        }
    }
    if (const auto committed = file->commit(); !committed) {
        return committed.error();
    }
    if (!no_time) {
        fs::last_write_time(path, modified, no_time);  // for those who look at it: retention goes by the name
    }
    return {};
}

void FileEraser::Work::note(const fs::path& path, const boost::system::error_code& error)
{
    if (error == given_up_error()) {
        report_.given_up = true;
    } else if (error != boost::system::errc::no_such_file_or_directory) {  // else retention has removed it
        spdlog::error("a racer is erased: {}: {}", path.string(), error.message());
        ++report_.failed;
    }
}

/// What a write left that ended with its process may hold anyone's records.
void FileEraser::Work::remove_left_overs(const fs::path& hour)
{
    std::error_code error;
    std::vector<fs::path> left_overs;
    for (fs::directory_iterator entry(hour, error), end; !error && entry != end; entry.increment(error)) {
        if (!entry->path().filename().string().ends_with(kUnfinishedSuffix)) {
            continue;
        }
        std::error_code gone;
        const auto modified = entry->last_write_time(gone);
        if (!gone && std::chrono::file_clock::to_sys(modified) <= now_ - kSettled) {
            left_overs.push_back(entry->path());
        } else if (!gone) {
            ++report_.unsettled;
        }
    }
    for (const auto& path : left_overs) {
        std::error_code ignored;  // then it stays for the next time
        fs::remove(path, ignored);
    }
}

FileEraser::Report FileEraser::erase(const Request& request, SystemTime now,
                                     const std::function<bool()>& given_up) const
{
    using When = ErasedFailureLines::When;
    Report report;
    Work work(now, given_up, report);
    ErasedObjectLines objects(request, options_.limits);
    work.run(options_.delivery, {objects, kObjectEnding, LineFile::Kind::Gzip, false, true, report.objects});
    ErasedFailureLines failures(request, "rawData", When::InTheLine);
    work.run(options_.delivery / kFailuresFolder, {failures, "", LineFile::Kind::Plain, false, true, report.failures});
    ErasedFailureLines rules(request, "base64OriginalPayload", When::InTheName);
    std::error_code error;
    for (fs::directory_iterator rule(options_.rule_errors, error), end; !error && rule != end; rule.increment(error)) {
        work.run(rule->path(), {rules, ".ndjson", LineFile::Kind::Plain, true, false, report.rule_errors});
    }
    return report;
}

}  // namespace alleycat::archive
