// Entropy-coded bytes of a JPEG as bits, and back.

#include "verb/stamp/bit_stream.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <bit>

namespace img {

namespace {

constexpr int most_invented = 256;

/// How many of the eight bytes come before the first 0xFF, of which there is one.
inline int before_ff(std::uint64_t bytes) {
    constexpr std::uint64_t low = 0x7F7F7F7F7F7F7F7F;
    return std::countl_zero(~(((~bytes & low) + low) | ~bytes | low)) / 8;
}

[[noreturn]] void cut_off() {
    throw Error("JPEG: the picture is cut off");
}

} // namespace

BitReader BitReader::refilled_slowly(BitReader in) {
    while (in.count_ < 56) {
        bool data =
            in.at_ < in.end_ && (*in.at_ != 0xFF || (in.at_ + 1 < in.end_ && in.at_[1] == 0));
        if (!data) {
            if (in.invented_ > most_invented)
                cut_off();
            in.invented_ += 8;
        } else {
            in.bits_ |= static_cast<std::uint64_t>(*in.at_) << (56 - in.count_);
            in.at_ += *in.at_ == 0xFF ? 2 : 1;
        }
        in.count_ += 8;
    }
    return in;
}

void BitReader::check() const {
    if (count_ < invented_)
        cut_off();
}

BitPosition BitReader::position() const {
    check();
    int ahead = count_ - invented_;
    BitPosition place{at_, 0};
    for (; ahead > 0; ahead -= 8) {
        bool stuffed = place.byte - begin_ >= 2 && place.byte[-1] == 0 && place.byte[-2] == 0xFF;
        place.byte -= stuffed ? 2 : 1;
    }
    place.bit = -ahead;
    return place;
}

void BitWriter::copy(BitPosition from, BitPosition to) {
    const std::uint8_t* at = from.byte;
    if (at == to.byte) {
        unsigned bits = (*at & (0xFFU >> from.bit)) >> (8 - to.bit);
        if (to.bit > from.bit)
            put(bits, to.bit - from.bit);
        return;
    }
    auto next_byte = [&](int bit) {
        put(*at & (0xFFU >> bit), 8 - bit);
        at += *at == 0xFF ? 2 : 1;
    };
    next_byte(from.bit);
    BitWriter out = *this;
    while (to.byte - at >= 8) {
        const std::uint64_t bytes = load_big_endian(at);
        if (!holds_ff(bytes)) [[likely]] {
            out.emit(out.bits_ | bytes >> out.count_);
            out.bits_ = bytes << (63 - out.count_) << 1;
            at += 8;
            continue;
        }
        // As far as the 0xFF, and over the zero behind it.
        const int count = before_ff(bytes) + 1;
        if (count > 4)
            out.put(bytes >> 32, 32);
        const int rest = count > 4 ? count - 4 : count;
        out.put((count > 4 ? bytes << 32 : bytes) >> (64 - 8 * rest), 8 * rest);
        at += count + 1;
    }
    *this = out;
    while (at < to.byte)
        next_byte(0);
    if (to.bit > 0)
        put(*to.byte >> (8 - to.bit), to.bit);
}

void BitWriter::finish() {
    int rest = -count_ & 7;
    if (rest > 0)
        put((1U << rest) - 1, rest);
    *this = emitted_slowly(*this, bits_, count_ / 8);
    bits_ = 0;
    count_ = 0;
    out_->resize(static_cast<std::size_t>(at_ - out_->data()));
}

BitWriter BitWriter::emitted_slowly(BitWriter out, std::uint64_t bytes, int count) {
    if (out.at_ >= out.last_)
        out.grow(static_cast<std::size_t>(out.at_ - out.out_->data()));
    for (int i = 0; i < count; ++i) {
        auto byte = static_cast<std::uint8_t>(bytes >> (56 - 8 * i));
        *out.at_++ = byte;
        if (byte == 0xFF)
            *out.at_++ = 0;
    }
    return out;
}

void BitWriter::grow(std::size_t written) {
    // In steps: what is made longer is cleared, and takes memory, whether it is needed or not.
    constexpr std::size_t step = 65536, reserve = 16;
    const std::size_t room = out_->capacity();
    out_->resize(room > written + 256 ? std::min(written + step, room)
                                      : written + written / 4 + step);
    at_ = out_->data() + written;
    last_ = out_->data() + out_->size() - reserve;
}

} // namespace img
