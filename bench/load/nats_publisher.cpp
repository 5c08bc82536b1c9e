// Publishes records to a JetStream stream, pipelined: one record a message, each with a reply subject, on several
// connections that have a number of messages unanswered each. As cheap as it can be, so that the server is what is
// measured.
//
//   nats_publisher PORT SUBJECT CONNECTIONS WINDOW COUNT FILE
//
// FILE has a record a line; its lines are sent again and again until COUNT have been. Prints what was acknowledged, and
// the seconds from the first message to the last acknowledgement.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr int kPatienceMs = 30'000;  // without an answer

[[noreturn]] void fail(const char* what)
{
    std::fprintf(stderr, "nats_publisher: %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

[[noreturn]] void refused(std::string_view what)
{
    std::fprintf(stderr, "nats_publisher: refused: %.*s\n", static_cast<int>(what.size()), what.data());
    std::exit(1);
}

/// The records, and how many of them have been taken.
class Records {
public:
    Records(const char* file, std::uint64_t count) : left_(count)
    {
        std::ifstream input(file);
        for (std::string line; std::getline(input, line);) {
            lines_.push_back(line);
        }
        if (lines_.empty()) {
            fail(file);
        }
    }

    [[nodiscard]] bool empty() const { return left_ == 0; }
    const std::string& take()
    {
        --left_;
        at_ = at_ + 1 == lines_.size() ? 0 : at_ + 1;
        return lines_[at_];
    }

private:
    std::vector<std::string> lines_;
    std::size_t at_{0};
    std::uint64_t left_;
};

/// One client of the server, in its text protocol.
class Connection {
public:
    Connection(std::uint16_t port, std::size_t number, std::string_view subject)
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
          inbox_("_INBOX." + std::to_string(::getpid()) + "." + std::to_string(number))
    {
        head_.append("PUB ").append(subject).append(" ").append(inbox_).append(" ");
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            fail("connect");
        }
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        output_ = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB " + inbox_ + " 1\r\nPING\r\n";
        write();
        while (!ready_) {
            read();
        }
        ::fcntl(fd_, F_SETFL, O_NONBLOCK);
    }

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
    [[nodiscard]] bool blocked() const { return !output_.empty(); }

    /// As many as may be unanswered.
    void publish(Records& records, std::uint64_t window)
    {
        for (; published_ - acknowledged_ < window && !records.empty(); ++published_) {
            const auto& record = records.take();
            output_.append(head_).append(std::to_string(record.size())).append("\r\n").append(record).append("\r\n");
        }
        write();
    }

    /// As much as the socket takes.
    void write()
    {
        const auto sent = output_.empty() ? 0 : ::send(fd_, output_.data(), output_.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            fail("send");
        }
        output_.erase(0, sent < 0 ? 0 : static_cast<std::size_t>(sent));
    }

    void read()
    {
        const auto before = input_.size();
        input_.resize(before + kReadBytes);
        const auto size = ::recv(fd_, input_.data() + before, kReadBytes, 0);
        if (size == 0 || (size < 0 && errno != EAGAIN)) {
            fail("the server ended a connection");
        }
        input_.resize(before + (size < 0 ? 0 : static_cast<std::size_t>(size)));
        std::string_view rest = input_;
        bool more = true;
        while (more) {
            more = take(rest);
        }
        input_.erase(0, input_.size() - rest.size());
    }

private:
    /// Takes one message off the front; false where it is not all there yet.
    bool take(std::string_view& input)
    {
        const auto end = input.find("\r\n");
        if (end == std::string_view::npos) {
            return false;
        }
        const auto line = input.substr(0, end);
        if (!line.starts_with("MSG ")) {
            control(line);
            input.remove_prefix(end + 2);
            return true;
        }
        const auto size = std::strtoull(line.data() + line.rfind(' '), nullptr, 10);
        if (input.size() < end + 2 + size + 2) {
            return false;
        }
        const auto answer = input.substr(end + 2, size);
        if (answer.find("\"seq\":") == std::string_view::npos) {
            refused(answer);
        }
        ++acknowledged_;
        input.remove_prefix(end + 2 + size + 2);
        return true;
    }

    void control(std::string_view line)
    {
        if (line.starts_with("-ERR")) {
            refused(line);
        }
        ready_ = ready_ || line == "PONG";
        if (line == "PING") {
            output_.append("PONG\r\n");
        }
    }

    int fd_;
    std::string inbox_;   // where its acknowledgements come
    std::string head_;    // of each message, up to its size
    std::string output_;  // not sent yet
    std::string input_;   // the beginning of a message
    bool ready_{false};
    std::uint64_t published_{0};
    std::uint64_t acknowledged_{0};
};

void listen_to(int poll, const Connection& connection, std::uint64_t at, int how)
{
    epoll_event event{};
    event.events = connection.blocked() ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = at;
    if (::epoll_ctl(poll, how, connection.fd(), &event) != 0) {
        fail("epoll");
    }
}

/// Until all are acknowledged.
void publish_all(std::vector<Connection>& connections, Records& records, std::uint64_t window, std::uint64_t count)
{
    const int poll = ::epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t at = 0; at < connections.size(); ++at) {
        connections[at].publish(records, window);
        listen_to(poll, connections[at], at, EPOLL_CTL_ADD);
    }
    std::vector<epoll_event> events(connections.size());
    for (std::uint64_t acknowledged = 0; acknowledged < count;) {
        const auto ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), kPatienceMs);
        if (ready <= 0) {
            fail("nothing is answered any more");
        }
        for (int each = 0; each < ready; ++each) {
            const auto at = events[static_cast<std::size_t>(each)].data.u64;
            auto& connection = connections[at];
            const auto before = connection.acknowledged();
            const bool blocked = connection.blocked();
            connection.read();
            connection.publish(records, window);
            acknowledged += connection.acknowledged() - before;
            if (connection.blocked() != blocked) {
                listen_to(poll, connection, at, EPOLL_CTL_MOD);
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 7) {
        std::fprintf(stderr, "nats_publisher PORT SUBJECT CONNECTIONS WINDOW COUNT FILE\n");
        return 2;
    }
    const auto number = [argv](int at) { return std::strtoull(argv[at], nullptr, 10); };
    const auto count = number(5);
    Records records(argv[6], count);
    std::vector<Connection> connections;
    while (connections.size() < number(3)) {
        connections.emplace_back(static_cast<std::uint16_t>(number(1)), connections.size(), argv[2]);
    }
    const auto began = std::chrono::steady_clock::now();
    publish_all(connections, records, number(4), count);
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    std::printf(R"({"acked":%llu,"elapsed_s":%.6f,"rate":%.1f})"
                "\n",
                static_cast<unsigned long long>(count), seconds, static_cast<double>(count) / seconds);
}
