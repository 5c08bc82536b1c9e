// Asks a redis-server for ranks, pipelined: many commands a write, and the next ones on their way before the answers to
// the last have come. All commands are encoded before the first is sent, so that the server is what is measured.
//
//   redis_ranks PORT DEPTH RACERS ROUND
//
// DEPTH: commands a write; up to twice as many are unanswered. Of the workload that bench_ranking has for that round:
// adds all racers, which is not timed, then updates scores (ZADD), asks for ranks (ZREVRANK) and for the best
// (ZREVRANGE). Prints how many of each a second, sums of the answers, and what part of the time this program had the
// processor.
#include "../micro/rank_workload.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using alleycat::bench::RankWorkload;

constexpr std::size_t kReadBytes = 256 * 1024;

[[noreturn]] void fail(const char* what)
{
    std::fprintf(stderr, "redis_ranks: %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

/// Encoded commands, in writes of some each.
class Commands {
public:
    explicit Commands(std::uint64_t depth) : depth_(depth) {}

    void add(const std::vector<std::string>& words)
    {
        if (count_++ % depth_ == 0) {
            writes_.emplace_back();
        }
        auto& text = writes_.back();
        text.append("*").append(std::to_string(words.size())).append("\r\n");
        for (const auto& word : words) {
            text.append("$").append(std::to_string(word.size())).append("\r\n").append(word).append("\r\n");
        }
    }

    [[nodiscard]] const std::vector<std::string>& writes() const { return writes_; }
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t depth() const { return depth_; }

private:
    std::uint64_t depth_;
    std::uint64_t count_{0};
    std::vector<std::string> writes_;
};

/// Reads answers (RESP 2). Adds up the numbers in them; those in a list each times their place (1 …).
class Answers {
public:
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t sum() const { return sum_; }

    void read(std::string_view received)
    {
        rest_.append(received);
        std::string_view left = rest_;
        while (take(left)) {
        }
        rest_.erase(0, rest_.size() - left.size());
    }

private:
    /// Takes one element off the front; false where it is not all there yet.
    bool take(std::string_view& left)
    {
        const auto end = left.find("\r\n");
        if (end == std::string_view::npos) {
            return false;
        }
        auto value = std::strtoull(left.data() + 1, nullptr, 10);
        auto bytes = end + 2;
        switch (left[0]) {
            case '*':
                place_ = 0;
                listed_ = value;
                break;
            case '$':
                if (left.size() < bytes + value + 2) {
                    return false;
                }
                bytes += value + 2;
                value = std::strtoull(left.data() + end + 2, nullptr, 10);
                [[fallthrough]];
            case ':':
                sum_ += value * (listed_ > 0 ? ++place_ : 1);
                listed_ -= listed_ > 0 ? 1 : 0;
                break;
            case '+':
                break;
            default:
                std::fprintf(stderr, "redis_ranks: refused: %.*s\n", static_cast<int>(end), left.data());
                std::exit(1);
        }
        count_ += listed_ == 0 ? 1 : 0;
        left.remove_prefix(bytes);
        return true;
    }

    std::string rest_;         // the beginning of an element
    std::uint64_t listed_{0};  // elements of a list that are still to come
    std::uint64_t place_{0};   // of the last one
    std::uint64_t count_{0};
    std::uint64_t sum_{0};
};

class Connection {
public:
    explicit Connection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            fail("connect");
        }
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }

    /// Sends all commands. Returns when all are answered.
    Answers ask(const Commands& commands)
    {
        Answers answers;
        std::uint64_t sent = 0;
        for (const auto& text : commands.writes()) {
            write(text);
            sent = std::min(sent + commands.depth(), commands.count());
            while (answers.count() + commands.depth() < sent) {
                read(answers);
            }
        }
        while (answers.count() < sent) {
            read(answers);
        }
        return answers;
    }

private:
    void write(std::string_view text)
    {
        while (!text.empty()) {
            const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent < 0) {
                fail("send");
            }
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    void read(Answers& answers)
    {
        const auto size = ::recv(fd_, buffer_.data(), buffer_.size(), 0);
        if (size <= 0) {
            fail("the server ended the connection");
        }
        answers.read({buffer_.data(), static_cast<std::size_t>(size)});
    }

    int fd_;
    std::string buffer_ = std::string(kReadBytes, '\0');
};

const std::string kBoard = "board";
constexpr std::size_t kMany = 50;  // racers in one ZADD

void set_scores(Commands& commands, std::span<const RankWorkload::Update> updates, std::size_t in_one)
{
    for (std::size_t first = 0; first < updates.size(); first += in_one) {
        std::vector<std::string> words{"ZADD", kBoard};
        for (const auto& each : updates.subspan(first, std::min(in_one, updates.size() - first))) {
            words.push_back(std::to_string(each.score));
            words.push_back(std::to_string(each.racer));
        }
        commands.add(words);
    }
}

struct Encoded {
    Encoded(const RankWorkload& workload, std::uint64_t depth)
        : add(std::max<std::uint64_t>(1, depth / kMany)),
          update(depth),
          update_many(add.depth()),
          rank(depth),
          top(depth)
    {
        std::vector<RankWorkload::Update> all;
        for (std::uint64_t racer = 0; racer < workload.first_scores.size(); ++racer) {
            all.push_back({racer, workload.first_scores[racer]});
        }
        add.add({"DEL", kBoard});
        set_scores(add, all, kMany);
        const std::span updates(workload.updates);
        set_scores(update, updates.first(updates.size() / 2), 1);
        set_scores(update_many, updates.subspan(updates.size() / 2), kMany);
        for (const auto racer : workload.asked) {
            rank.add({"ZREVRANK", kBoard, std::to_string(racer)});
        }
        for (std::uint64_t each = 0; each < RankWorkload::kTops; ++each) {
            top.add({"ZREVRANGE", kBoard, "0", std::to_string(RankWorkload::kTopCount - 1)});
        }
    }

    Commands add;
    Commands update;
    Commands update_many;
    Commands rank;
    Commands top;
};

/// Runs `commands`, and prints how many of what they do are done a second. Returns the sum of the answers.
std::uint64_t time(Connection& connection, const char* figure, const Commands& commands, std::uint64_t count)
{
    const auto began = std::chrono::steady_clock::now();
    const auto processor = std::clock();
    const auto sum = connection.ask(commands).sum();
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const auto used = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
    std::printf(R"("%s":%.0f,"%s_client":%.2f,)", figure, static_cast<double>(count) / seconds, figure, used / seconds);
    return sum;
}

void require(bool good, const char* what)
{
    if (!good) {
        std::fprintf(stderr, "redis_ranks: wrong answer: %s\n", what);
        std::exit(1);
    }
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 5) {
        std::fprintf(stderr, "redis_ranks PORT DEPTH RACERS ROUND\n");
        return 2;
    }
    const auto number = [argv](int at) { return std::strtoull(argv[at], nullptr, 10); };
    const auto racers = number(3);
    const Encoded encoded(RankWorkload(racers, number(4)), number(2));
    Connection connection(static_cast<std::uint16_t>(number(1)));
    const auto added = connection.ask(encoded.add).sum();
    require(added == racers || added == racers + 1, "as many are added as there are");  // DEL answers 0 or 1

    constexpr auto kHalf = RankWorkload::kUpdates / 2;
    std::printf("{");
    auto more = time(connection, "update", encoded.update, kHalf);
    more += time(connection, "update_many", encoded.update_many, kHalf);
    require(more == 0, "updates add nobody");
    const auto ranks = time(connection, "rank", encoded.rank, RankWorkload::kRanks);
    const auto tops = time(connection, "top100", encoded.top, RankWorkload::kTops);
    std::printf(R"("rank_sum":%)" PRIu64 R"(,"top_sum":%)" PRIu64 "}\n", ranks, tops);
    return 0;
}
