// A camera's state file, over any bytes.

#include "base/error.hpp"
#include "verb/road/camera_state.hpp"

#include <cstdlib>

namespace {

/// Damage is found by the checksum, so most inputs would end there: this one is right.
img::Bytes with_checksum(img::ByteView bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (std::uint8_t byte : bytes)
        hash = (hash ^ byte) * 0x100000001b3;
    img::Bytes whole{bytes.begin(), bytes.end()};
    for (int i = 0; i < 8; ++i)
        whole.push_back(static_cast<std::uint8_t>(hash >> (8 * i)));
    return whole;
}

void decode(img::ByteView bytes) {
    try {
        const img::CameraState state = img::decoded_state(bytes);
        if (img::encoded(state) != img::Bytes{bytes.begin(), bytes.end()} &&
            !(img::decoded_state(img::encoded(state)) == state))
            std::abort();
    } catch (const img::Error&) {
        // Damaged, truncated, or none at all.
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    decode({data, size});
    if (size >= 8)
        decode(with_checksum({data, size - 8}));
    return 0;
}
