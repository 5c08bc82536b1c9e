#include <alleycat/net/address_counts.hpp>

#include <algorithm>

namespace alleycat::net {

namespace ip = boost::asio::ip;

namespace {

/// The address itself, without IPv6's clothes.
ip::address unmapped(const ip::address& address)
{
    return address.is_v6() && address.to_v6().is_v4_mapped()
               ? ip::address(ip::make_address_v4(ip::v4_mapped, address.to_v6()))
               : address;
}

constexpr std::size_t kNetworkBytes = 8;  // of an IPv6 address: a /64

}  // namespace

void AddressCounts::Place::release()
{
    if (counts_ == nullptr) {
        return;
    }
    auto& counts = std::exchange(counts_, nullptr)->counts_;
    const auto found = counts.find(key_);
    if (--found->second == 0) {
        counts.erase(found);
    }
}

void AddressCounts::set_uncounted(std::vector<ip::address> addresses)
{
    uncounted_ = std::move(addresses);
    std::transform(uncounted_.begin(), uncounted_.end(), uncounted_.begin(), unmapped);
}

std::optional<AddressCounts::Place> AddressCounts::try_enter(const ip::address& address, std::size_t limit)
{
    const auto client = unmapped(address);
    if (std::find(uncounted_.begin(), uncounted_.end(), client) != uncounted_.end()) {
        return Place();
    }
    Key key{};
    if (client.is_v4()) {
        key = ip::make_address_v6(ip::v4_mapped, client.to_v4()).to_bytes();
    } else {
        const auto bytes = client.to_v6().to_bytes();
        std::copy_n(bytes.begin(), kNetworkBytes, key.begin());
    }
    const auto found = counts_.find(key);
    if (limit != 0 && found != counts_.end() && found->second >= limit) {
        return std::nullopt;
    }
    ++counts_[key];
    return Place(*this, key);
}

}  // namespace alleycat::net
