// The least that an MQTT subscriber can do: count. Prints its count whenever it has changed, at most every 10 ms.
//
//   bare_subscriber PORT TOPIC

#include <mosquitto.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

constexpr auto kPrintInterval = std::chrono::milliseconds(10);

struct Subscriber {
    const char* topic;
    std::uint64_t received{0};
};

[[noreturn]] void fail(const char* what, int code)
{
    std::fprintf(stderr, "%s: %s\n", what, mosquitto_strerror(code));
    std::exit(1);
}

void subscribe(mosquitto* client, void* self, int code)
{
    if (code != 0) {
        std::fprintf(stderr, "refused: %s\n", mosquitto_connack_string(code));
        std::exit(1);
    }
    mosquitto_subscribe(client, nullptr, static_cast<Subscriber*>(self)->topic, 1);
}

void print(std::uint64_t count)
{
    std::printf("%llu\n", static_cast<unsigned long long>(count));
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 3) {
        std::fprintf(stderr, "bare_subscriber PORT TOPIC\n");
        return 2;
    }
    Subscriber self{argv[2]};
    mosquitto_lib_init();
    const std::unique_ptr<mosquitto, decltype(&mosquitto_destroy)> client(mosquitto_new(nullptr, true, &self),
                                                                          mosquitto_destroy);
    mosquitto_int_option(client.get(), MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_callback_set(client.get(), subscribe);
    mosquitto_subscribe_callback_set(client.get(), [](mosquitto*, void*, int, int, const int*) { print(0); });
    mosquitto_message_callback_set(client.get(), [](mosquitto*, void* subscriber, const mosquitto_message*) {
        ++static_cast<Subscriber*>(subscriber)->received;
    });
    if (const int code = mosquitto_connect(client.get(), "127.0.0.1", std::atoi(argv[1]), 60)) {
        fail("connect", code);
    }
    std::uint64_t printed = 0;
    auto print_at = std::chrono::steady_clock::now();
    while (true) {
        if (const int code = mosquitto_loop(client.get(), 10, 1)) {
            fail("loop", code);
        }
        const auto now = std::chrono::steady_clock::now();
        if (self.received != printed && now >= print_at) {
            printed = self.received;
            print_at = now + kPrintInterval;
            print(printed);
        }
    }
}
