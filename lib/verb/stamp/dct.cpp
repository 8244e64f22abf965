// The discrete cosine transform of blocks of 8 x 8, and what is between it and coefficients.
// Arai, Agui and Nakajima, "A fast DCT-SQ scheme for images" (1988): five multiplications a row,
// the rest of the factors are in the quantisation table.

#include "verb/stamp/dct.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>
#include <utility>

// Where the processor has more than every x86-64 has, it is used: the program looks when it starts.
#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__) &&                 \
    !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define IMG_FOR_EACH_PROCESSOR __attribute__((target_clones("arch=haswell", "default")))
#else
#define IMG_FOR_EACH_PROCESSOR
#endif

namespace img {

namespace {

/// Four numbers at once, which every processor of today's has registers for. Handed over by
/// reference: how vectors are passed by value depends on the processor.
using Four = float __attribute__((vector_size(16)));
using Integers = std::int32_t __attribute__((vector_size(16)));
/// Four columns of a block, from its first row to its last.
using Columns = std::array<Four, 8>;

/// The place of each zigzag coefficient in a block that is stored column by column.
constexpr std::array<std::uint8_t, 64> transposed_zigzag = [] {
    std::array<std::uint8_t, 64> places{};
    int x = 0, y = 0;
    for (std::size_t i = 0; i < 64; ++i) {
        places[i] = static_cast<std::uint8_t>(8 * x + y);
        bool up = (x + y) % 2 == 0;
        int& along = up ? x : y;
        int& against = up ? y : x;
        if (along == 7)
            ++against;
        else {
            ++along;
            if (against > 0)
                --against;
        }
    }
    return places;
}();

constexpr std::array<std::uint8_t, 64> zigzag_of_transposed = [] {
    std::array<std::uint8_t, 64> places{};
    for (std::size_t i = 0; i < 64; ++i)
        places[transposed_zigzag[i]] = static_cast<std::uint8_t>(i);
    return places;
}();

/// The scale of each frequency that the fast transform leaves out: cos(i pi/16) sqrt 2, and 1.
float scale_of(std::size_t frequency) {
    if (frequency == 0)
        return 1;
    return static_cast<float>(std::cos(static_cast<double>(frequency) * std::numbers::pi / 16) *
                              std::numbers::sqrt2);
}

/// The 4 x 4 numbers in from[0] to from[3], turned, to to[0] to to[3].
[[gnu::always_inline]] inline void transpose(const Four* from, Four* to) {
    Four a = __builtin_shufflevector(from[0], from[1], 0, 4, 1, 5);
    Four b = __builtin_shufflevector(from[0], from[1], 2, 6, 3, 7);
    Four c = __builtin_shufflevector(from[2], from[3], 0, 4, 1, 5);
    Four d = __builtin_shufflevector(from[2], from[3], 2, 6, 3, 7);
    to[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    to[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    to[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    to[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

/// Four transforms of eight values at once, each down a column.
[[gnu::always_inline]] inline void forward(Columns& r) {
    constexpr float c4 = 0.70710678F, c6 = 0.38268343F, a = 0.54119610F, b = 1.30656296F;
    Four s0 = r[0] + r[7], d0 = r[0] - r[7], s1 = r[1] + r[6], d1 = r[1] - r[6];
    Four s2 = r[2] + r[5], d2 = r[2] - r[5], s3 = r[3] + r[4], d3 = r[3] - r[4];
    Four e0 = s0 + s3, e3 = s0 - s3, e1 = s1 + s2, e2 = s1 - s2;
    r[0] = e0 + e1;
    r[4] = e0 - e1;
    Four z1 = (e2 + e3) * c4;
    r[2] = e3 + z1;
    r[6] = e3 - z1;
    Four o0 = d3 + d2, o1 = d2 + d1, o2 = d1 + d0;
    Four z5 = (o0 - o2) * c6;
    Four z2 = o0 * a + z5, z4 = o2 * b + z5, z3 = o1 * c4;
    Four z11 = d0 + z3, z13 = d0 - z3;
    r[5] = z13 + z2;
    r[3] = z13 - z2;
    r[1] = z11 + z4;
    r[7] = z11 - z4;
}

[[gnu::always_inline]] inline void inverse(Columns& r) {
    constexpr float c2 = 1.41421356F, a = 1.84775907F, b = 1.08239220F, c = 2.61312593F;
    Four e0 = r[0] + r[4], e1 = r[0] - r[4], e3 = r[2] + r[6];
    Four e2 = (r[2] - r[6]) * c2 - e3;
    Four t0 = e0 + e3, t3 = e0 - e3, t1 = e1 + e2, t2 = e1 - e2;
    Four z13 = r[5] + r[3], z10 = r[5] - r[3], z11 = r[1] + r[7], z12 = r[1] - r[7];
    Four o7 = z11 + z13, o11 = (z11 - z13) * c2;
    Four z5 = (z10 + z12) * a;
    Four o10 = z5 - z12 * b, o12 = z5 - z10 * c;
    Four o6 = o12 - o7, o5 = o11 - o6, o4 = o10 - o5;
    r[0] = t0 + o7;
    r[7] = t0 - o7;
    r[1] = t1 + o6;
    r[6] = t1 - o6;
    r[2] = t2 + o5;
    r[5] = t2 - o5;
    r[3] = t3 + o4;
    r[4] = t3 - o4;
}

/// Runs `transform` down the columns and then along the rows of a block that is stored row by row;
/// the result is stored column by column.
template <void (*transform)(Columns&)>
[[gnu::always_inline]] inline void both_ways(float* block) {
    Columns left, right, upper, lower;
    for (std::size_t i = 0; i < 8; ++i) {
        std::memcpy(&left[i], block + 8 * i, sizeof left[i]);
        std::memcpy(&right[i], block + 8 * i + 4, sizeof right[i]);
    }
    transform(left);
    transform(right);
    transpose(&left[0], &upper[0]);
    transpose(&right[0], &upper[4]);
    transpose(&left[4], &lower[0]);
    transpose(&right[4], &lower[4]);
    transform(upper);
    transform(lower);
    for (std::size_t i = 0; i < 8; ++i) {
        std::memcpy(block + 8 * i, &upper[i], sizeof upper[i]);
        std::memcpy(block + 8 * i + 4, &lower[i], sizeof lower[i]);
    }
}

/// Eight bytes as numbers.
[[gnu::always_inline]] inline void to_numbers(const std::uint8_t* bytes, Four& low, Four& high) {
    using Bytes16 = std::uint8_t __attribute__((vector_size(16)));
    Bytes16 all{}, none{};
    std::memcpy(&all, bytes, 8);
    // Zeros between the bytes make wider numbers of them, whichever end comes first.
    constexpr bool little = std::endian::native == std::endian::little;
    Bytes16 pairs = little ? __builtin_shufflevector(all, none, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20,
                                                     5, 21, 6, 22, 7, 23)
                           : __builtin_shufflevector(none, all, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20,
                                                     5, 21, 6, 22, 7, 23);
    using Shorts = std::uint16_t __attribute__((vector_size(16)));
    Shorts shorts, zeros{};
    std::memcpy(&shorts, &pairs, sizeof shorts);
    Shorts first = little ? __builtin_shufflevector(shorts, zeros, 0, 8, 1, 9, 2, 10, 3, 11)
                          : __builtin_shufflevector(zeros, shorts, 0, 8, 1, 9, 2, 10, 3, 11);
    Shorts second = little ? __builtin_shufflevector(shorts, zeros, 4, 12, 5, 13, 6, 14, 7, 15)
                           : __builtin_shufflevector(zeros, shorts, 4, 12, 5, 13, 6, 14, 7, 15);
    Integers numbers;
    std::memcpy(&numbers, &first, sizeof numbers);
    low = __builtin_convertvector(numbers, Four);
    std::memcpy(&numbers, &second, sizeof numbers);
    high = __builtin_convertvector(numbers, Four);
}

} // namespace

Quantizer::Quantizer(const QuantizationTable& steps)
    : dc_of_one_(8 / static_cast<float>(steps[0])) {
    for (std::size_t i = 0; i < 64; ++i) {
        std::size_t place = transposed_zigzag[i];
        float scale = scale_of(place / 8) * scale_of(place % 8);
        inverse_[place] = static_cast<float>(steps[i]) * scale / 8;
        forward_[place] = 1 / (static_cast<float>(steps[i]) * scale * 8);
    }
}

IMG_FOR_EACH_PROCESSOR std::uint64_t Quantizer::cover(Coefficients& coefficients, std::uint64_t set,
                                                      float keep, float add,
                                                      const Cover& cover) const {
    // A constant on all samples is the DC coefficient alone.
    alignas(16) std::array<float, 64> scaled{add};
    for (; set != 0; set &= set - 1) {
        auto i = static_cast<std::size_t>(std::countr_zero(set));
        std::size_t place = transposed_zigzag[i];
        scaled[place] += static_cast<float>(coefficients[i]) * inverse_[place] * keep;
    }
    both_ways<inverse>(scaled.data());
    for (std::size_t i = 0; i < 8; ++i) {
        Four left, right, low, high;
        std::memcpy(&left, &scaled[8 * i], sizeof left);
        std::memcpy(&right, &scaled[8 * i + 4], sizeof right);
        to_numbers(cover.rest + i * cover.stride, low, high);
        left *= low * (1.F / 255);
        right *= high * (1.F / 255);
        if (cover.ink) {
            to_numbers(cover.ink + i * cover.stride, low, high);
            left += low - 128;
            right += high - 128;
        }
        std::memcpy(&scaled[8 * i], &left, sizeof left);
        std::memcpy(&scaled[8 * i + 4], &right, sizeof right);
    }
    both_ways<forward>(scaled.data());

    // Adding this pushes the fraction out of a float, rounding to the nearest.
    constexpr float shift = 12582912;
    constexpr std::int32_t shift_bits = 0x4B400000;
    alignas(16) std::array<std::int32_t, 64> quantized;
    Integers places{}; // bit i of lane l: the coefficient at 4 i + l is not zero
    Integers bit{1, 1, 1, 1};
    for (std::size_t i = 0; i < 16; ++i) {
        Four value, step;
        std::memcpy(&value, &scaled[4 * i], sizeof value);
        std::memcpy(&step, &forward_[4 * i], sizeof step);
        value = value * step + shift;
        Integers integers;
        std::memcpy(&integers, &value, sizeof integers);
        integers -= shift_bits;
        std::memcpy(&quantized[4 * i], &integers, sizeof integers);
        places |= (integers != 0) & bit;
        bit += bit;
    }
    set = 0;
    for (std::size_t lane = 0; lane < 4; ++lane)
        for (auto rest = static_cast<unsigned>(places[lane]); rest != 0; rest &= rest - 1) {
            std::size_t place = 4 * static_cast<std::size_t>(std::countr_zero(rest)) + lane;
            std::size_t i = zigzag_of_transposed[place];
            // T.81, F.1.1.3: what an 8-bit picture can have.
            coefficients[i] = static_cast<std::int16_t>(std::clamp(quantized[place], -1023, 1023));
            set |= std::uint64_t{1} << i;
        }
    return set;
}

} // namespace img
