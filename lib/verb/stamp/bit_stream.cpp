// Entropy-coded bytes of a JPEG as bits, and back.

#include "verb/stamp/bit_stream.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace img {

namespace {

constexpr int most_invented = 256;

/// Whether one of sixteen bytes is 0xFF.
inline bool any_ff(std::uint64_t a, std::uint64_t b) {
    constexpr std::uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    return ((((~a - ones) & a) | ((~b - ones) & b)) & tops) != 0;
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

/// Copies bytes, sixteen at once, as long as none of them and of what they become is 0xFF. Gives
/// how far it came.
const std::uint8_t* BitWriter::copy_plain(const std::uint8_t* at, const std::uint8_t* end) {
    BitWriter out = *this;
    const int kept = out.count_, free = 63 - kept;
    while (end - at >= 16) {
        const std::uint64_t first = load_big_endian(at), second = load_big_endian(at + 8);
        const std::uint64_t upper = out.bits_ | first >> kept;
        const std::uint64_t lower = first << free << 1 | second >> kept;
        const bool odd = any_ff(first, second) || any_ff(upper, lower);
        if (odd || out.last_ - out.at_ < 16)
            break;
        store_big_endian(out.at_, upper);
        store_big_endian(out.at_ + 8, lower);
        out.bits_ = second << free << 1;
        out.at_ += 16;
        at += 16;
    }
    *this = out;
    return at;
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
    while (to.byte - at >= 16) {
        at = copy_plain(at, to.byte);
        // Over what stopped it: a 0xFF here, or one that sixteen bytes would become.
        for (int i = 0; i < 16 && to.byte - at >= 16; ++i) {
            const bool stuffed = *at == 0xFF;
            next_byte(0);
            if (stuffed)
                break;
        }
    }
    while (at < to.byte)
        next_byte(0);
    if (to.bit > 0)
        put(*to.byte >> (8 - to.bit), to.bit);
}

void BitWriter::finish(bool padding) {
    int rest = -count_ & 7;
    if (rest > 0)
        put(padding ? (1U << rest) - 1 : 0, rest);
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
    constexpr std::size_t reserve = 16;
    std::size_t wanted = written + written / 2 + 4096;
    out_->resize(std::max(std::min(out_->capacity(), wanted * 2), wanted));
    at_ = out_->data() + written;
    last_ = out_->data() + out_->size() - reserve;
}

} // namespace img
