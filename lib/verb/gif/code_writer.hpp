// Codes of any width, packed as GIF has them: the least bits first.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <utility>

namespace img {

class CodeWriter {
public:
    /// `width` is at most 12.
    void put(unsigned code, int width) {
        waiting_ |= std::uint64_t{code} << bits_;
        bits_ += width;
        for (; bits_ >= 8; bits_ -= 8, waiting_ >>= 8)
            bytes_.push_back(static_cast<std::uint8_t>(waiting_));
    }
    /// All of them, the last byte filled with zeros.
    [[gnu::always_inline]] Bytes take() {
        if (bits_ > 0)
            bytes_.push_back(static_cast<std::uint8_t>(waiting_));
        waiting_ = 0;
        bits_ = 0;
        return std::exchange(bytes_, {});
    }

private:
    Bytes bytes_;
    std::uint64_t waiting_ = 0;
    int bits_ = 0;
};

} // namespace img
