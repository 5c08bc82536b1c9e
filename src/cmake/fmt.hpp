#pragma once

#include <fmt/format.h>

// What puts any argument into any text is compiled once, in fmt.cpp: fmt 9 would have each file that formats or logs
// compile it again, and that is most of what such a file takes.
extern template void fmt::detail::vformat_to<char>(buffer<char>&, string_view, basic_format_args<format_context>,
                                                   locale_ref);
