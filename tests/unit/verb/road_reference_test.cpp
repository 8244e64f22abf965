#include "verb/road/reference.hpp"

#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

std::vector<std::uint8_t> ramp(Size size, int step) {
    std::vector<std::uint8_t> plane(static_cast<std::size_t>(size.width * size.height));
    for (std::size_t i = 0; i < plane.size(); ++i)
        plane[i] = static_cast<std::uint8_t>(40 + (i * static_cast<std::size_t>(step)) % 100);
    return plane;
}

Sight sight_with(std::vector<std::uint8_t> luma, Size size) {
    Sight sight;
    sight.full = size;
    sight.planes = Planes(size);
    sight.planes.channel[0] = std::move(luma);
    for (std::size_t c : {1U, 2U})
        sight.planes.channel[c].assign(sight.planes.channel[0].size(), 128);
    return sight;
}

} // namespace

TEST_CASE("PlaneStack: holds at most 40 planes, evenly over all that came") {
    PlaneStack stack;
    for (int i = 0; i < 1000; ++i)
        stack.add({static_cast<std::uint8_t>(i / 4)});
    CHECK(stack.planes() == 1000);
    const BytePlanes& kept = stack.kept();
    CHECK(kept.size() > 20);
    CHECK(kept.size() <= 40);
    CHECK(kept.front()[0] == 0);
    for (std::size_t i = 1; i < kept.size(); ++i)
        CHECK(kept[i][0] - kept[i - 1][0] == 8); // each 32nd
}

TEST_CASE("ReferenceMaker: what passes by and how frames are exposed leaves no trace") {
    const Size size{320, 40};
    const std::vector<std::uint8_t> still = ramp(size, 3);
    ReferenceMaker maker;
    for (int i = 0; i < 9; ++i) {
        std::vector<std::uint8_t> luma = still;
        for (std::uint8_t& level : luma)
            level = static_cast<std::uint8_t>(level * (i % 3 + 2) / 3);
        for (int x = 0; x < 40; ++x) // a vehicle, each time elsewhere
            luma[static_cast<std::size_t>(i * 60 + x)] = 255;
        maker.add(sight_with(luma, size));
    }
    const Reference reference = maker.reference(Light::dusk);
    CHECK(reference.light == Light::dusk);
    CHECK(reference.frames == 9);
    for (std::size_t i = 0; i < still.size(); ++i) {
        CAPTURE(i);
        CHECK(std::abs(reference.median[i] - still[i]) <= 3);
    }
    CHECK(reference.warmth == std::vector<std::uint8_t>(80 * 10, 128));
}

TEST_CASE("ReferenceMaker: of high pictures it keeps half the samples each way") {
    const Size size{320, 640};
    ReferenceMaker maker;
    maker.add(sight_with(std::vector<std::uint8_t>(320 * 640, 77), size));
    const Reference reference = maker.reference(Light::day);
    CHECK(reference.size == Size{160, 320});
    CHECK(reference.median == std::vector<std::uint8_t>(160 * 320, 77));
    CHECK(reference.deviation.size() == 40 * 80);
}

TEST_CASE("reference_for: day stands for dusk and dusk for day, but no lamps for either") {
    References references;
    references[static_cast<std::size_t>(Light::day)].emplace().light = Light::day;
    CHECK(reference_for(references, Light::day)->light == Light::day);
    CHECK(reference_for(references, Light::dusk)->light == Light::day);
    CHECK(reference_for(references, Light::night) == nullptr);
    CHECK(reference_for(references, Light::infrared) == nullptr);
    references[static_cast<std::size_t>(Light::dusk)].emplace().light = Light::dusk;
    CHECK(reference_for(references, Light::dusk)->light == Light::dusk);
}

TEST_CASE("warmth_of: grey is neutral, red is warm, blue is cold, and black has no colour") {
    CHECK(warmth_of(90, 128, 128) == doctest::Approx(128));
    CHECK(warmth_of(90, 108, 148) > 150);
    CHECK(warmth_of(90, 148, 108) < 106);
    CHECK(warmth_of(0, 0, 255) < 255 + 500); // finite
}
