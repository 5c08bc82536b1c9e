#pragma once

#include <boost/asio/ip/address.hpp>

#include <string_view>

namespace alleycat::net {

/// An address by which a machine speaks with itself only, also an IPv4 one in IPv6's form.
[[nodiscard]] bool is_loopback(const boost::asio::ip::address& address);

/// Such an address, or "localhost" in any case. No other name is, wherever it leads to now.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace alleycat::net
