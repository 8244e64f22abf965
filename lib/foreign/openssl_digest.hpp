// OpenSSL: digests.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace img {

// The library is loaded when one of these is first used, since few runs of the programs that may
// use them do. They throw Error when it is not installed.

using Sha256 = std::array<std::uint8_t, 32>;

/// FIPS 180-4.
Sha256 sha256_of(ByteView bytes);
/// The same of what comes in pieces.
class Sha256Sum {
public:
    Sha256Sum();
    ~Sha256Sum();
    Sha256Sum(const Sha256Sum&) = delete;
    Sha256Sum& operator=(const Sha256Sum&) = delete;

    void add(ByteView bytes);
    /// Of all that was added; the next one begins empty.
    Sha256 take();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};
/// RFC 2104, with SHA-256.
Sha256 hmac_sha256(ByteView key, ByteView bytes);

/// In lower case.
std::string hex_of(ByteView bytes);
/// RFC 4648, section 4.
std::string base64_of(ByteView bytes);

} // namespace img
