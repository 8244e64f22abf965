#include "verb/stamp/dct.hpp"

#include "base/processor.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>
#include <numbers>
#include <random>

using namespace img;

namespace {

using Samples = std::array<double, 64>;

double basis(int frequency, int place) {
    double scale = frequency == 0 ? std::sqrt(.125) : .5;
    return scale * std::cos((2 * place + 1) * frequency * std::numbers::pi / 16);
}

/// T.81, A.3.3, word for word.
Samples samples_of(const Coefficients& coefficients, const QuantizationTable& steps) {
    Samples out{};
    for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x)
            for (std::size_t i = 0; i < 64; ++i) {
                int u = zigzag_to_natural[i] % 8, v = zigzag_to_natural[i] / 8;
                out[static_cast<std::size_t>(8 * y + x)] +=
                    coefficients[i] * steps[i] * basis(u, x) * basis(v, y);
            }
    return out;
}

/// Before rounding.
Samples coefficients_of(const Samples& samples, const QuantizationTable& steps) {
    Samples out{};
    for (std::size_t i = 0; i < 64; ++i) {
        int u = zigzag_to_natural[i] % 8, v = zigzag_to_natural[i] / 8;
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 8; ++x)
                out[i] += samples[static_cast<std::size_t>(8 * y + x)] * basis(u, x) * basis(v, y);
        out[i] /= steps[i];
    }
    return out;
}

struct Case {
    QuantizationTable steps{};
    Coefficients coefficients{};
    std::uint64_t set = 0;
    float keep = 1, add = 0;
    std::array<std::uint8_t, 160> rest{}, ink{};
    Cover cover;
};

Case random_case(std::mt19937& random) {
    Case c;
    for (std::uint16_t& step : c.steps)
        step = static_cast<std::uint16_t>(1 + random() % 40);
    for (std::size_t i = 0; i < 64; ++i)
        if (random() % 4 == 0) {
            c.coefficients[i] = static_cast<std::int16_t>(static_cast<int>(random() % 21) - 10);
            c.set |= std::uint64_t{c.coefficients[i] != 0} << i;
        }
    c.keep = static_cast<float>(random() % 101) / 100;
    c.add = static_cast<float>(static_cast<int>(random() % 200) - 100);
    for (std::uint8_t& rest : c.rest)
        rest = static_cast<std::uint8_t>(random() % 256);
    for (std::uint8_t& ink : c.ink)
        ink = static_cast<std::uint8_t>(random() % 256);
    return c;
}

Samples expected(const Case& c, bool with_ink) {
    Samples samples = samples_of(c.coefficients, c.steps);
    for (std::size_t i = 0; i < 64; ++i) {
        std::size_t at = i / 8 * 16 + i % 8;
        samples[i] = (samples[i] * double{c.keep} + double{c.add}) * c.rest[at] / 255;
        if (with_ink)
            samples[i] += c.ink[at] - 128;
    }
    return coefficients_of(samples, c.steps);
}

} // namespace

TEST_CASE("Quantizer: covering a block is what T.81's transforms give, on every processor") {
    std::mt19937 random{3};
    for (int round = 0; round < 400; ++round) {
        Case c = random_case(random);
        const bool with_ink = round % 2 == 0;
        const Cover cover{c.rest.data(), with_ink ? c.ink.data() : nullptr, 16};
        const Quantizer quantizer{c.steps};
        const Samples wanted = expected(c, with_ink);
        auto check = [&](auto way) {
            Coefficients out = c.coefficients;
            std::uint64_t set = way(quantizer.steps(), out, c.set, c.keep, c.add, cover);
            for (std::size_t i = 0; i < 64; ++i) {
                int value = set >> i & 1 ? out[i] : 0;
                REQUIRE(std::abs(value - wanted[i]) < .501);
                REQUIRE((set >> i & 1) == (value != 0));
            }
        };
        check(cover_with_any);
#ifdef __x86_64__
        if (has_avx2())
            check(cover_with_avx2);
#endif
    }
}

TEST_CASE("Quantizer: what no 8-bit picture has is brought back into its range") {
    QuantizationTable steps;
    steps.fill(1);
    Coefficients coefficients{1023, 1023, 1023};
    std::array<std::uint8_t, 64> rest, ink;
    rest.fill(255);
    ink.fill(255);
    Quantizer quantizer{steps};
    std::uint64_t set = quantizer.cover(coefficients, 7, 1, 127, {rest.data(), ink.data(), 8});
    CHECK(set == 7);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(coefficients[i] <= 1023);
}
