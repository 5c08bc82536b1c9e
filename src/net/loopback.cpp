#include <alleycat/net/loopback.hpp>

#include <algorithm>
#include <cctype>
#include <string>

namespace alleycat::net {

namespace ip = boost::asio::ip;

bool is_loopback(const ip::address& address)
{
    return address.is_v6() && address.to_v6().is_v4_mapped()
               ? ip::make_address_v4(ip::v4_mapped, address.to_v6()).is_loopback()
               : address.is_loopback();
}

bool is_loopback(std::string_view host)
{
    std::string lower(host);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char letter) { return std::tolower(letter); });
    boost::system::error_code no_address;
    const auto address = ip::make_address(lower, no_address);
    return lower == "localhost" || (!no_address && is_loopback(address));
}

}  // namespace alleycat::net
