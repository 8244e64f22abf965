// OpenSSL: digests.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstdint>

namespace img {

using Sha256 = std::array<std::uint8_t, 32>;

/// FIPS 180-4. The library is loaded when this is first called, since few runs of the programs that
/// call it do. Throws Error when it is not installed.
Sha256 sha256_of(ByteView bytes);

} // namespace img
