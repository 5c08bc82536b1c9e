// Many viewers in one process, as cheap as they can be: they read, and compare what they got.
//
//   viewers PORT PATH COUNT FILE
//
// Prints {"joined":COUNT} when all are connected. When its input is closed it prints what they got: frames and bytes of
// a viewer, and whether each of them got the very same bytes. FILE gets the texts of the first one's frames, a line
// each. Nobody answers pings: it lives for less than a minute.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
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

[[noreturn]] void fail(const char* what)
{
    std::fprintf(stderr, "viewers: %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

/// What a viewer got behind the handshake.
class Viewer {
public:
    explicit Viewer(int fd) : fd_(fd) {}

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] bool same_as(const Viewer& other) const
    {
        return frames_ == other.frames_ && bytes_ == other.bytes_ && checksum_ == other.checksum_;
    }
    [[nodiscard]] std::uint64_t frames() const { return frames_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

    /// `texts`: where the texts go; null: nowhere.
    void take(std::string_view input, std::ofstream* texts)
    {
        bytes_ += input.size();
        checksum_ = crc32_z(checksum_, reinterpret_cast<const Bytef*>(input.data()), input.size());
        while (!input.empty()) {
            if (remaining_ == 0) {
                read_header(input);
                continue;
            }
            const auto part = input.substr(0, remaining_);
            input.remove_prefix(part.size());
            remaining_ -= part.size();
            if (texts != nullptr) {
                *texts << part << (remaining_ == 0 ? "\n" : "");
            }
        }
    }

private:
    /// Byte by byte: 2, 4 or 10 of them. Every frame of a server is unmasked, and each of ours has a payload.
    void read_header(std::string_view& input)
    {
        header_.push_back(input.front());
        input.remove_prefix(1);
        const auto at = [this](std::size_t index) { return std::uint64_t{static_cast<unsigned char>(header_[index])}; };
        const std::size_t size = header_.size() < 2 ? 2 : at(1) == 126 ? 4 : at(1) == 127 ? 10 : 2;
        if (header_.size() < size) {
            return;
        }
        remaining_ = size == 2 ? at(1) : 0;
        for (std::size_t index = 2; index < size; ++index) {
            remaining_ = remaining_ << 8 | at(index);
        }
        header_.clear();
        ++frames_;
    }

    int fd_;
    std::string header_;          // of the next frame, as far as it came
    std::uint64_t remaining_{0};  // of the frame's payload
    std::uint64_t frames_{0};
    std::uint64_t bytes_{0};
    std::uint64_t checksum_{0};  // CRC-32
};

/// Connects and shakes hands; what comes behind the answer's header is the viewer's first input.
Viewer join(std::uint16_t port, const std::string& path, std::ofstream* texts)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        fail("connect");
    }
    const auto request = "GET " + path +
                         " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    if (::send(fd, request.data(), request.size(), 0) != static_cast<ssize_t>(request.size())) {
        fail("send");
    }
    std::string answer;
    std::size_t end = 0;
    while ((end = answer.find("\r\n\r\n")) == std::string::npos) {
        char part[4096];
        const auto size = ::recv(fd, part, sizeof part, 0);
        if (size <= 0) {
            fail("handshake");
        }
        answer.append(part, static_cast<std::size_t>(size));
    }
    if (!answer.starts_with("HTTP/1.1 101")) {
        std::fprintf(stderr, "viewers: refused: %s\n", answer.c_str());
        std::exit(1);
    }
    Viewer viewer(fd);
    viewer.take(std::string_view(answer).substr(end + 4), texts);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    return viewer;
}

void report(const std::vector<Viewer>& viewers)
{
    const auto& first = viewers.front();
    const bool equal =
        std::all_of(viewers.begin(), viewers.end(), [&](const Viewer& viewer) { return viewer.same_as(first); });
    std::printf(R"({"frames":%llu,"bytes":%llu,"equal":%s})"
                "\n",
                static_cast<unsigned long long>(first.frames()), static_cast<unsigned long long>(first.bytes()),
                equal ? "true" : "false");
}

/// Reads until the input is closed.
void watch(std::vector<Viewer>& viewers, std::ofstream& texts)
{
    constexpr std::uint64_t kInput = UINT64_MAX;
    const int poll = ::epoll_create1(0);
    const auto add = [poll](int fd, std::uint64_t what) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = what;
        if (::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0) {
            fail("epoll");
        }
    };
    add(STDIN_FILENO, kInput);
    for (std::size_t at = 0; at < viewers.size(); ++at) {
        add(viewers[at].fd(), at);
    }
    std::vector<char> buffer(kReadBytes);
    std::vector<epoll_event> events(viewers.size() + 1);
    while (true) {
        const auto ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
        for (int each = 0; each < ready; ++each) {
            const auto at = events[static_cast<std::size_t>(each)].data.u64;
            if (at == kInput) {
                return;
            }
            const auto size = ::recv(viewers[at].fd(), buffer.data(), buffer.size(), 0);
            if (size <= 0) {
                fail("the server ended a connection");
            }
            viewers[at].take({buffer.data(), static_cast<std::size_t>(size)}, at == 0 ? &texts : nullptr);
        }
    }
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 5) {
        std::fprintf(stderr, "viewers PORT PATH COUNT FILE\n");
        return 2;
    }
    const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
    const auto count = std::strtoul(argv[3], nullptr, 10);
    std::ofstream texts(argv[4]);
    std::vector<Viewer> viewers;
    while (viewers.size() < count) {
        viewers.push_back(join(port, argv[2], viewers.empty() ? &texts : nullptr));
    }
    std::printf("{\"joined\":%zu}\n", viewers.size());
    std::fflush(stdout);
    watch(viewers, texts);
    report(viewers);
}
