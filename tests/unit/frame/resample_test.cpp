#include "frame/resample.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>
#include <utility>
#include <vector>

using namespace img;

namespace {

Picture noise(Size size, ColorSpace space, int low = 40, int high = 215) {
    Picture picture{size, space};
    std::uint32_t state = 1;
    for (std::uint8_t& value : picture.pixels) {
        state = state * 1664525 + 1013904223;
        value =
            static_cast<std::uint8_t>(low + static_cast<int>((state >> 16) % 65536) % (high - low));
    }
    return picture;
}

double mean(const Picture& picture) {
    double sum = 0;
    for (std::uint8_t value : picture.pixels)
        sum += value;
    return sum / static_cast<double>(picture.pixels.size());
}

Picture mirrored(const Picture& picture) {
    Picture out{picture.size, picture.space};
    for (int y = 0; y < picture.size.height; ++y)
        for (int x = 0; x < picture.size.width; ++x)
            for (std::size_t c = 0; c < picture.channels(); ++c) {
                auto across = static_cast<std::size_t>(picture.size.width - 1 - x);
                out.row(picture.size.height - 1 - y)[across * picture.channels() + c] =
                    picture.row(y)[static_cast<std::size_t>(x) * picture.channels() + c];
            }
    return out;
}

Plane channel_of(const Picture& picture, std::size_t which) {
    Plane plane;
    plane.size = picture.size;
    plane.stride = static_cast<std::size_t>(picture.size.width);
    for (std::size_t at = which; at < picture.pixels.size(); at += picture.channels())
        plane.samples.push_back(picture.pixels[at]);
    return plane;
}

/// Each channel for itself.
Picture resample(const Picture& picture, Size size) {
    const Window all{0, 0, static_cast<double>(picture.size.width),
                     static_cast<double>(picture.size.height)};
    Picture out{size, picture.space};
    for (std::size_t c = 0; c < out.channels(); ++c) {
        std::vector<std::uint8_t> samples =
            resample(channel_of(picture, c), all, size, {catmull_rom, catmull_rom});
        for (std::size_t i = 0; i < samples.size(); ++i)
            out.pixels[i * out.channels() + c] = samples[i];
    }
    return out;
}

int largest_difference(const Picture& a, const Picture& b) {
    int largest = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i)
        largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
    return largest;
}

Plane noise_plane(Size size, std::size_t padding) {
    Picture picture =
        noise({size.width + static_cast<int>(padding), size.height}, ColorSpace::gray, 0, 256);
    return {size, picture.stride(), std::move(picture.pixels)};
}

Window all_of(Size size) {
    return {0, 0, static_cast<double>(size.width), static_cast<double>(size.height)};
}

/// What the filters promise, in floating point: the sum of all samples by the widened kernel.
std::vector<double> exactly(const Plane& plane, const Window& window, Size size,
                            const Kernel& kernel) {
    auto line = [&](int samples, double start, double extent, int to) {
        std::vector<std::vector<double>> weights(static_cast<std::size_t>(to));
        const double scale = extent / to, wide = std::max(1.0, scale);
        const int low = static_cast<int>(std::floor(start));
        const int high = std::min(samples, static_cast<int>(std::ceil(start + extent)));
        const int margin = static_cast<int>(std::ceil(kernel.radius * wide)) + 1;
        for (int i = 0; i < to; ++i) {
            std::vector<double>& of = weights[static_cast<std::size_t>(i)];
            of.resize(static_cast<std::size_t>(samples));
            const double center = start + (i + 0.5) * scale - 0.5;
            double sum = 0;
            for (int at = low - margin; at < high + margin; ++at) {
                double distance = std::abs(at - center) / wide;
                double weight = distance < kernel.radius ? kernel.at(distance) : 0;
                of[static_cast<std::size_t>(std::clamp(at, low, high - 1))] += weight;
                sum += weight;
            }
            for (double& weight : of)
                weight /= sum;
        }
        return weights;
    };
    auto across = line(plane.size.width, window.left, window.width, size.width);
    auto down = line(plane.size.height, window.top, window.height, size.height);
    std::vector<double> out;
    for (const auto& rows : down)
        for (const auto& columns : across) {
            double sum = 0;
            for (std::size_t y = 0; y < rows.size(); ++y)
                for (std::size_t x = 0; rows[y] != 0 && x < columns.size(); ++x)
                    sum += rows[y] * columns[x] * plane.row(static_cast<int>(y))[x];
            out.push_back(std::clamp(sum, 0.0, 255.0));
        }
    return out;
}

const Size targets[] = {{1, 1},   {2, 3},    {13, 50},  {50, 37},
                        {99, 73}, {101, 75}, {160, 90}, {400, 1}};

} // namespace

TEST_CASE("fit_into: pictures are shrunk with their aspect, and never enlarged") {
    CHECK(fit_into({1920, 1080}, {1280, 720}) == Size{1280, 720});
    CHECK(fit_into({1600, 1200}, {1280, 720}) == Size{960, 720});
    CHECK(fit_into({1080, 1920}, {1280, 720}) == Size{405, 720});
    CHECK(fit_into({2704, 1520}, {1280, 720}) == Size{1280, 720});
    CHECK(fit_into({640, 480}, {1280, 720}) == Size{640, 480});
    CHECK(fit_into({1280, 720}, {1280, 720}) == Size{1280, 720});
}

TEST_CASE("fit_into: a picture is enlarged when that is allowed") {
    CHECK(fit_into({64, 48}, {1280, 720}, Enlarge::allowed) == Size{960, 720});
    CHECK(fit_into({90, 160}, {160, 90}, Enlarge::allowed) == Size{51, 90});
}

TEST_CASE("fit_into: no side is lost, however flat the picture") {
    CHECK(fit_into({16384, 1}, {1280, 720}) == Size{1280, 1});
    CHECK(fit_into({1, 16384}, {1280, 720}) == Size{1, 720});
    CHECK(fit_into({16384, 16384}, {1, 1}) == Size{1, 1});
    CHECK(fit_into({65535, 65535}, {65535, 3}) == Size{3, 3});
}

TEST_CASE("fit_into: the result is inside the box and touches it") {
    for (int width = 1; width < 3000; width = width * 3 / 2 + 1)
        for (int height = 1; height < 3000; height = height * 3 / 2 + 1)
            for (Size box : {Size{1, 1}, Size{7, 500}, Size{640, 360}}) {
                Size size = fit_into({width, height}, box, Enlarge::allowed);
                REQUIRE((size.width >= 1 && size.height >= 1));
                REQUIRE((size.width <= box.width && size.height <= box.height));
                REQUIRE((size.width == box.width || size.height == box.height));
            }
}

TEST_CASE("resample: one colour stays exactly that colour, in any size") {
    for (int level : {0, 1, 127, 254, 255}) {
        Picture picture{{100, 74}, ColorSpace::ycbcr};
        for (std::size_t at = 0; at < picture.pixels.size(); at += 3) {
            picture.pixels[at] = static_cast<std::uint8_t>(level);
            picture.pixels[at + 1] = static_cast<std::uint8_t>(255 - level);
            picture.pixels[at + 2] = 77;
        }
        for (Size size : targets) {
            Picture out = resample(picture, size);
            REQUIRE(out.size == size);
            CHECK(out.space == ColorSpace::ycbcr);
            for (std::size_t at = 0; at < out.pixels.size(); at += 3) {
                REQUIRE(out.pixels[at] == level);
                REQUIRE(out.pixels[at + 1] == 255 - level);
                REQUIRE(out.pixels[at + 2] == 77);
            }
        }
    }
}

TEST_CASE("resample: the mean is kept") {
    Picture picture = noise({120, 90}, ColorSpace::rgb);
    for (Size size : {Size{60, 45}, Size{37, 61}, Size{119, 89}, Size{240, 180}, Size{12, 9}})
        CHECK(std::abs(mean(resample(picture, size)) - mean(picture)) < 1.5);
}

TEST_CASE("resample: a mirrored picture gives the mirrored result") {
    for (ColorSpace space : {ColorSpace::gray, ColorSpace::rgb}) {
        Picture picture = noise({100, 74}, space, 0, 256);
        for (Size size : targets)
            CHECK(largest_difference(resample(mirrored(picture), size),
                                     mirrored(resample(picture, size))) <= 1);
    }
}

TEST_CASE("resample: the same size is the same picture") {
    Picture picture = noise({33, 21}, ColorSpace::rgb);
    CHECK(resample(picture, picture.size).pixels == picture.pixels);
}

TEST_CASE("resample: a gradient stays a gradient, with its ends") {
    Picture picture{{256, 4}, ColorSpace::gray};
    for (int y = 0; y < 4; ++y)
        for (int x = 0; x < 256; ++x)
            picture.row(y)[x] = static_cast<std::uint8_t>(x);
    Picture out = resample(picture, {64, 2});
    for (int x = 1; x < 63; ++x)
        CHECK(std::abs(out.row(1)[x] - (4 * x + 1.5)) <= 1);
    CHECK(static_cast<int>(out.row(0)[0]) <= 3);
    CHECK(static_cast<int>(out.row(0)[63]) >= 252);
}

TEST_CASE("resample: what is finer than the result becomes grey, not a pattern") {
    Picture picture{{256, 256}, ColorSpace::gray};
    for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 256; ++x)
            picture.row(y)[x] = (x + y) % 2 == 0 ? 255 : 0;
    for (std::uint8_t value : resample(picture, {96, 96}).pixels)
        REQUIRE(std::abs(value - 127.5) < 12);
}

TEST_CASE("resample: edges do not ring beyond black and white") {
    Picture picture{{40, 40}, ColorSpace::gray};
    for (int y = 0; y < 40; ++y)
        for (int x = 20; x < 40; ++x)
            picture.row(y)[x] = 255;
    for (Size size : {Size{23, 23}, Size{80, 80}}) {
        Picture out = resample(picture, size);
        for (int y = 0; y < size.height; ++y) {
            CHECK(static_cast<int>(out.row(y)[0]) == 0);
            CHECK(static_cast<int>(out.row(y)[size.width - 1]) == 255);
            // Clamped, not wrapped: dark stays dark beside the edge, bright stays bright.
            CHECK(static_cast<int>(out.row(y)[size.width / 4]) < 30);
            CHECK(static_cast<int>(out.row(y)[size.width * 3 / 4]) > 225);
            CHECK(static_cast<int>(out.row(y)[size.width / 2 - 3]) < 60);
            CHECK(static_cast<int>(out.row(y)[size.width / 2 + 2]) > 195);
        }
    }
}

TEST_CASE("resample: a processor with AVX2 gives the same samples as any other") {
    int sizes = 0;
    for (Size size :
         {Size{1, 1}, Size{31, 5}, Size{32, 7}, Size{33, 40}, Size{150, 61}, Size{517, 23}}) {
        Plane plane = noise_plane(size, 5);
        for (int width : {1, 2, 7, 8, 9, 16, 37, 75, 101, 149, 150, 300, 517})
            for (int height : {1, 13, 40, 90})
                for (const Kernel* kernel : {&triangle, &catmull_rom}) {
                    Window window = all_of(size);
                    if (width % 2 == 1 && size.width > 2)
                        window = {1.25, 0.5, size.width - 2.0, size.height - 0.5};
                    const Kernels kernels{*kernel, *kernel};
                    REQUIRE(
                        resample(plane, window, {width, height}, kernels) ==
                        resample(plane, window, {width, height}, kernels, Instructions::portable));
                    ++sizes;
                }
    }
    CHECK(sizes == 6 * 13 * 4 * 2);
}

TEST_CASE("resample: is what the filter says in exact arithmetic, rounded") {
    Plane plane = noise_plane({96, 54}, 3);
    for (Window window : {all_of(plane.size), Window{10, 7, 60, 40}, Window{0.5, 0.5, 90.5, 50}})
        for (Size size : {Size{64, 36}, Size{96, 54}, Size{130, 80}, Size{40, 22}, Size{9, 50}})
            for (const Kernel* kernel : {&triangle, &catmull_rom}) {
                auto got = resample(plane, window, size, {*kernel, *kernel});
                auto wanted = exactly(plane, window, size, *kernel);
                REQUIRE(got.size() == wanted.size());
                for (std::size_t i = 0; i < got.size(); ++i)
                    REQUIRE(std::abs(got[i] - wanted[i]) < 0.53);
            }
}

TEST_CASE("resample: thousands of samples to one lose little to rounding") {
    Plane plane = noise_plane({8000, 2}, 0);
    for (int x = 0; x < 8000; ++x)
        plane.samples[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(x / 32);
    for (const Kernel* kernel : {&triangle, &catmull_rom}) {
        auto got = resample(plane, all_of(plane.size), {3, 2}, {*kernel, *kernel});
        auto wanted = exactly(plane, all_of(plane.size), {3, 2}, *kernel);
        for (std::size_t i = 0; i < got.size(); ++i)
            CHECK(std::abs(got[i] - wanted[i]) < 0.75);
    }
}

TEST_CASE("resample: the part of a plane in its own size is a copy") {
    Plane plane = noise_plane({50, 40}, 3);
    auto part = resample(plane, {11, 5, 30, 20}, {30, 20}, {catmull_rom, catmull_rom});
    for (int y = 0; y < 20; ++y)
        CHECK(std::equal(plane.row(5 + y) + 11, plane.row(5 + y) + 41, &part[30U * unsigned(y)]));
}

TEST_CASE("resample: black and white do not overflow, however they lie") {
    Plane plane{{64, 64}, 64, std::vector<std::uint8_t>(64 * 64)};
    for (int period : {2, 3, 4, 6}) {
        for (std::size_t i = 0; i < plane.samples.size(); ++i)
            plane.samples[i] =
                (i % 64 / unsigned(period) + i / 64 / unsigned(period)) % 2 ? 255 : 0;
        for (Size size : {Size{64, 40}, Size{43, 43}, Size{100, 90}}) {
            auto wanted = exactly(plane, all_of(plane.size), size, catmull_rom);
            auto got = resample(plane, all_of(plane.size), size, {catmull_rom, catmull_rom});
            for (std::size_t i = 0; i < got.size(); ++i)
                REQUIRE(std::abs(got[i] - wanted[i]) < 0.53);
        }
    }
}
