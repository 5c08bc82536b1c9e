#include "fmt.hpp"

template void fmt::detail::vformat_to<char>(buffer<char>&, string_view, basic_format_args<format_context>, locale_ref);
