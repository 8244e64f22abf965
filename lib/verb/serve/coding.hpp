// Which content codings a client takes: RFC 9110, 12.5.3.
#pragma once

#include <optional>
#include <string_view>

namespace img {

/// How welcome each coding is: thousandths, 0 is not acceptable.
struct CodingTastes {
    int br = 0, gzip = 0;
    int identity = 1; ///< less welcome than what is asked for, unless it is named itself
};

/// Of an Accept-Encoding, whose absence asks for nothing. What cannot be read is passed over.
CodingTastes coding_tastes(std::optional<std::string_view> accept_encoding);

/// Whether files of that media type become much smaller by being compressed.
bool is_compressible(std::string_view type);

} // namespace img
