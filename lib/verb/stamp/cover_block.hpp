// Covering a block, for processors with vectors of four and of eight numbers. Included only by the
// files that compile it for one of them each; all of it is theirs alone, so that the linker does
// not mix them up.
//
// The transform is that of Arai, Agui and Nakajima, "A fast DCT-SQ scheme for images" (1988): five
// multiplications a row, the rest of the factors are in the quantisation tables.
#pragma once

#include "verb/stamp/dct.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace img {

namespace {

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

/// Vectors are handed over by reference: how they are passed by value depends on the processor.
template <class Vector>
[[gnu::always_inline]] inline void load(Vector& to, const void* from) {
    std::memcpy(&to, from, sizeof to);
}

struct FourLanes {
    static constexpr std::size_t width = 4;
    using Floats = float __attribute__((vector_size(16)));
    using Integers = std::int32_t __attribute__((vector_size(16)));
    using Bytes = std::uint8_t __attribute__((vector_size(4)));
    /// The left and the right half of each row.
    using Block = Floats[2][8];

    [[gnu::always_inline]] static void quarter(const Floats* from, Floats* to) {
        Floats a = __builtin_shufflevector(from[0], from[1], 0, 4, 1, 5);
        Floats b = __builtin_shufflevector(from[0], from[1], 2, 6, 3, 7);
        Floats c = __builtin_shufflevector(from[2], from[3], 0, 4, 1, 5);
        Floats d = __builtin_shufflevector(from[2], from[3], 2, 6, 3, 7);
        to[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
        to[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
        to[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
        to[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
    }
    [[gnu::always_inline]] static void transpose(Block& r) {
        Floats upper[4], lower[4];
        quarter(&r[1][0], upper);
        quarter(&r[0][4], lower);
        quarter(&r[0][0], &r[0][0]);
        quarter(&r[1][4], &r[1][4]);
        for (std::size_t i = 0; i < 4; ++i) {
            r[0][4 + i] = upper[i];
            r[1][i] = lower[i];
        }
    }
};

struct EightLanes {
    static constexpr std::size_t width = 8;
    using Floats = float __attribute__((vector_size(32)));
    using Integers = std::int32_t __attribute__((vector_size(32)));
    using Bytes = std::uint8_t __attribute__((vector_size(8)));
    using Block = Floats[1][8];

    [[gnu::always_inline]] static void transpose(Block& block) {
        Floats(&r)[8] = block[0];
        Floats a[8], b[8];
        for (std::size_t i = 0; i < 8; i += 2) {
            a[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
            a[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
        }
        for (std::size_t i = 0; i < 8; i += 4)
            for (std::size_t j = 0; j < 2; ++j) {
                const Floats &x = a[i + j], &y = a[i + j + 2];
                b[i + 2 * j] = __builtin_shufflevector(x, y, 0, 1, 8, 9, 4, 5, 12, 13);
                b[i + 2 * j + 1] = __builtin_shufflevector(x, y, 2, 3, 10, 11, 6, 7, 14, 15);
            }
        for (std::size_t i = 0; i < 4; ++i) {
            r[i] = __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
            r[i + 4] = __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
        }
    }
};

/// As many transforms of eight values at once as there are lanes, each down a column.
template <class V>
[[gnu::always_inline]] inline void forward(V (&r)[8]) {
    constexpr float c4 = 0.70710678F, c6 = 0.38268343F, a = 0.54119610F, b = 1.30656296F;
    V s0 = r[0] + r[7], d0 = r[0] - r[7], s1 = r[1] + r[6], d1 = r[1] - r[6];
    V s2 = r[2] + r[5], d2 = r[2] - r[5], s3 = r[3] + r[4], d3 = r[3] - r[4];
    V e0 = s0 + s3, e3 = s0 - s3, e1 = s1 + s2, e2 = s1 - s2;
    r[0] = e0 + e1;
    r[4] = e0 - e1;
    V z1 = (e2 + e3) * c4;
    r[2] = e3 + z1;
    r[6] = e3 - z1;
    V o0 = d3 + d2, o1 = d2 + d1, o2 = d1 + d0;
    V z5 = (o0 - o2) * c6;
    V z2 = o0 * a + z5, z4 = o2 * b + z5, z3 = o1 * c4;
    V z11 = d0 + z3, z13 = d0 - z3;
    r[5] = z13 + z2;
    r[3] = z13 - z2;
    r[1] = z11 + z4;
    r[7] = z11 - z4;
}

template <class V>
[[gnu::always_inline]] inline void inverse(V (&r)[8]) {
    constexpr float c2 = 1.41421356F, a = 1.84775907F, b = 1.08239220F, c = 2.61312593F;
    V e0 = r[0] + r[4], e1 = r[0] - r[4], e3 = r[2] + r[6];
    V e2 = (r[2] - r[6]) * c2 - e3;
    V t0 = e0 + e3, t3 = e0 - e3, t1 = e1 + e2, t2 = e1 - e2;
    V z13 = r[5] + r[3], z10 = r[5] - r[3], z11 = r[1] + r[7], z12 = r[1] - r[7];
    V o7 = z11 + z13, o11 = (z11 - z13) * c2;
    V z5 = (z10 + z12) * a;
    V o10 = z5 - z12 * b, o12 = z5 - z10 * c;
    V o6 = o12 - o7, o5 = o11 - o6, o4 = o10 - o5;
    r[0] = t0 + o7;
    r[7] = t0 - o7;
    r[1] = t1 + o6;
    r[6] = t1 - o6;
    r[2] = t2 + o5;
    r[5] = t2 - o5;
    r[3] = t3 + o4;
    r[4] = t3 - o4;
}

/// Covers the samples of a block and transforms them; `block` holds coefficients, stored column by
/// column, before and after.
template <class Lanes>
[[gnu::always_inline]] inline void cover_samples(typename Lanes::Block& block, const Cover& cover) {
    for (auto& part : block)
        inverse(part);
    Lanes::transpose(block);
    for (auto& part : block)
        inverse(part);
    constexpr std::size_t parts = 8 / Lanes::width;
    for (std::size_t i = 0; i < 8; ++i)
        for (std::size_t part = 0; part < parts; ++part) {
            const std::size_t at = i * cover.stride + part * Lanes::width;
            typename Lanes::Floats& samples = block[part][i];
            typename Lanes::Bytes bytes;
            load(bytes, cover.rest + at);
            samples *= __builtin_convertvector(bytes, typename Lanes::Floats) * (1.F / 255);
            if (!cover.ink)
                continue;
            load(bytes, cover.ink + at);
            samples += __builtin_convertvector(bytes, typename Lanes::Floats) - 128;
        }
    for (auto& part : block)
        forward(part);
    Lanes::transpose(block);
    for (auto& part : block)
        forward(part);
}

/// Quantizer::cover.
template <class Lanes>
std::uint64_t cover_block(const QuantizerSteps& steps, Coefficients& coefficients,
                          std::uint64_t set, float keep, float add, const Cover& cover) {
    constexpr std::size_t width = Lanes::width, parts = 8 / width;
    // A constant on all samples is the DC coefficient alone.
    alignas(32) std::array<float, 64> scaled{add};
    for (; set != 0; set &= set - 1) {
        auto i = static_cast<std::size_t>(std::countr_zero(set));
        std::size_t place = transposed_zigzag[i];
        scaled[place] += static_cast<float>(coefficients[i]) * steps.inverse[place] * keep;
    }
    typename Lanes::Block block;
    for (std::size_t part = 0; part < parts; ++part)
        for (std::size_t i = 0; i < 8; ++i)
            load(block[part][i], &scaled[8 * i + width * part]);
    cover_samples<Lanes>(block, cover);

    // Adding this pushes the fraction out of a float, rounding to the nearest.
    constexpr float shift = 12582912;
    constexpr std::int32_t shift_bits = 0x4B400000;
    alignas(32) std::array<std::int32_t, 64> quantized;
    typename Lanes::Integers places{}, bit{}; // bit i of lane l: at width * i + l is no zero
    bit += 1;
    for (std::size_t i = 0; i < 8; ++i)
        for (std::size_t part = 0; part < parts; ++part, bit += bit) {
            const std::size_t at = 8 * i + width * part;
            typename Lanes::Floats step;
            load(step, &steps.forward[at]);
            const typename Lanes::Floats value = block[part][i] * step + shift;
            typename Lanes::Integers integers;
            load(integers, &value);
            integers -= shift_bits;
            std::memcpy(&quantized[at], &integers, sizeof integers);
            places |= (integers != 0) & bit;
        }
    for (std::size_t lane = 0; lane < width; ++lane)
        for (auto rest = static_cast<unsigned>(places[lane]); rest != 0; rest &= rest - 1) {
            std::size_t place = width * static_cast<std::size_t>(std::countr_zero(rest)) + lane;
            std::size_t i = zigzag_of_transposed[place];
            // T.81, F.1.1.3: what an 8-bit picture can have.
            coefficients[i] = static_cast<std::int16_t>(std::clamp(quantized[place], -1023, 1023));
            set |= std::uint64_t{1} << i;
        }
    return set;
}

} // namespace

} // namespace img
