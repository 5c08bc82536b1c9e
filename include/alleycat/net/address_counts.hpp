#pragma once

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace alleycat::net {

/// How many connections each client has: by IPv4 address, or by the /64 network of an IPv6 address, which is what one
/// household or host gets. An IPv4 address in IPv6's clothes (::ffff:a.b.c.d) counts as the IPv4 address.
///
/// Thread: the network thread. Outlives every Place that it gave.
class AddressCounts {
    using Key = std::array<unsigned char, 16>;

public:
    /// A connection's place among those of its address, until it is released or destroyed.
    class Place {
    public:
        Place() = default;
        Place(Place&& other) noexcept : counts_(std::exchange(other.counts_, nullptr)), key_(other.key_) {}
        Place& operator=(Place&& other) noexcept
        {
            release();
            counts_ = std::exchange(other.counts_, nullptr);
            key_ = other.key_;
            return *this;
        }
        ~Place() { release(); }

        void release();

    private:
        friend class AddressCounts;
        Place(AddressCounts& counts, const Key& key) : counts_(&counts), key_(key) {}

        AddressCounts* counts_{nullptr};  // null: takes none
        Key key_{};
    };

    AddressCounts() = default;
    AddressCounts(const AddressCounts&) = delete;
    AddressCounts& operator=(const AddressCounts&) = delete;

    /// Whose connections are not counted, each address for itself, also among IPv6's: proxies that many come through.
    void set_uncounted(std::vector<boost::asio::ip::address> addresses);

    /// A place for one more connection; nothing where the address has `limit` already. `limit` 0: there is none.
    [[nodiscard]] std::optional<Place> try_enter(const boost::asio::ip::address& address, std::size_t limit);

    /// Addresses and networks that have a connection now, and are counted.
    [[nodiscard]] std::size_t size() const { return counts_.size(); }

private:
    std::vector<boost::asio::ip::address> uncounted_;  // none of them v4-mapped
    std::map<Key, std::size_t> counts_;                // none of them 0
};

}  // namespace alleycat::net
