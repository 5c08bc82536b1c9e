#include <alleycat/core/error.hpp>

#include <cerrno>
#include <string>

namespace alleycat {

std::string_view name(Errc code)
{
    switch (code) {
        case Errc::InvalidJson:
            return "InvalidJson";
        case Errc::MissingField:
            return "MissingField";
        case Errc::InvalidType:
            return "InvalidType";
        case Errc::OutOfRange:
            return "OutOfRange";
        case Errc::TooLarge:
            return "TooLarge";
        case Errc::Unauthorized:
            return "Unauthorized";
        case Errc::RateLimited:
            return "RateLimited";
        case Errc::CorruptFile:
            return "CorruptFile";
    }
    return "Unknown";
}

namespace {

class Category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "alleycat"; }
    std::string message(int value) const override { return std::string(alleycat::name(static_cast<Errc>(value))); }
};

}  // namespace

const boost::system::error_category& error_category()
{
    static const Category category;
    return category;
}

boost::system::error_code make_error_code(Errc code)
{
    return {static_cast<int>(code), error_category()};
}

boost::system::error_code last_system_error()
{
    return {errno, boost::system::system_category()};
}

}  // namespace alleycat
