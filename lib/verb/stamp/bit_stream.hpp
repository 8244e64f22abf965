// Entropy-coded bytes of a JPEG as bits, and back. A 0xFF of the data is followed by a stuffed 0x00
// (T.81, F.1.2.3); reader and writer see to that.
#pragma once

#include "base/bytes.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace img {

inline std::uint64_t load_big_endian(const std::uint8_t* from) {
    std::uint64_t value;
    std::memcpy(&value, from, sizeof value);
    if constexpr (std::endian::native == std::endian::little)
        value = __builtin_bswap64(value);
    return value;
}

inline void store_big_endian(std::uint8_t* to, std::uint64_t value) {
    if constexpr (std::endian::native == std::endian::little)
        value = __builtin_bswap64(value);
    std::memcpy(to, &value, sizeof value);
}

/// Whether one of the eight bytes is 0xFF.
inline bool holds_ff(std::uint64_t bytes) {
    return ((~bytes - 0x0101010101010101U) & bytes & 0x8080808080808080U) != 0;
}

/// A place between two bits: `bit` bits of the byte lie before it.
struct BitPosition {
    const std::uint8_t* byte;
    int bit; ///< 0 to 7
    bool operator==(const BitPosition&) const = default;
};

/// Reads bits up to the next marker or the end of the bytes. Loops use a copy of it, whose fields
/// the compiler keeps in registers.
class BitReader {
public:
    explicit BitReader(ByteView bytes)
        : begin_(bytes.data()), at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    /// How many bits there are at least after refill().
    static constexpr int least = 56;

    /// After this, at least 56 bits can be peeked at and dropped. Behind the end come zeros; throws
    /// Error when more of them were used than a decoder can without noticing.
    void refill() {
        if (end_ - at_ >= 8) {
            std::uint64_t next = load_big_endian(at_);
            if (!holds_ff(next)) [[likely]] {
                bits_ |= next >> count_;
                at_ += (63 - count_) >> 3;
                count_ |= 56;
                return;
            }
        }
        *this = refilled_slowly(*this);
    }
    /// The next `length` bits, 1 to 32.
    unsigned peek(int length) const { return static_cast<unsigned>(bits_ >> (64 - length)); }
    void drop(int length) {
        bits_ <<= length;
        count_ -= length;
    }

    /// Where the next bit stands. Throws Error when bits behind the end were dropped.
    BitPosition position() const;
    /// Throws Error when bits behind the end were dropped.
    void check() const;

private:
    /// By value, so that the fields of a reader that is used in a loop stay in registers.
    static BitReader refilled_slowly(BitReader reader);

    const std::uint8_t *begin_, *at_, *end_;
    std::uint64_t bits_ = 0; ///< from the top
    int count_ = 0;          ///< of valid bits
    int invented_ = 0;       ///< of them, those behind the end
};

/// Appends bits to bytes.
class BitWriter {
public:
    /// Writes behind what `out` holds; `out` is longer than what was written until finish().
    explicit BitWriter(Bytes& out) : out_(&out) { grow(out.size()); }

    /// The lowest `length` bits of `value`, 1 to 32; no higher ones are set.
    void put(std::uint64_t value, int length) {
        int free = 64 - count_;
        if (length < free) {
            bits_ |= value << (free - length);
            count_ += length;
            return;
        }
        emit(bits_ | value >> (length - free));
        count_ = length - free;
        bits_ = count_ == 0 ? 0 : value << (64 - count_);
    }
    /// The data bits from one place to another of the same bytes.
    void copy(BitPosition from, BitPosition to);
    /// Fills the last byte up with ones, and ends.
    void finish();

private:
    void emit(std::uint64_t bytes) {
        if (at_ >= last_ || holds_ff(bytes)) [[unlikely]] {
            *this = emitted_slowly(*this, bytes, 8);
            return;
        }
        store_big_endian(at_, bytes);
        at_ += 8;
    }
    /// By value, as in BitReader.
    static BitWriter emitted_slowly(BitWriter writer, std::uint64_t bytes, int count);
    void grow(std::size_t written);

    std::uint8_t* at_ = nullptr;
    int count_ = 0;                ///< of pending bits, 0 to 63
    std::uint8_t* last_ = nullptr; ///< from there on, 8 stuffed bytes do not fit
    std::uint64_t bits_ = 0;       ///< pending, from the top
    Bytes* out_;
};

} // namespace img
