#include "verb/gif/search.hpp"

#include <doctest/doctest.h>
#include <vector>

using namespace img;

namespace {

/// The search among sizes that grow with quality: 1000 bytes for each step.
struct Searched {
    GifSearch search;
    std::vector<int> tried;
};

Searched searched(int highest, std::uint64_t most) {
    Searched out;
    out.search = search_quality(highest, most, [&](int quality) {
        out.tried.push_back(quality);
        return static_cast<std::uint64_t>(quality) * 1000;
    });
    return out;
}

} // namespace

TEST_CASE("search_quality: where the best fits, one trial is enough") {
    Searched out = searched(100, 100'000);
    CHECK(out.tried == std::vector<int>{100});
    CHECK(out.search.best.value().quality == 100);
    CHECK(searched(60, 60'000).search.best.value().quality == 60);
}

TEST_CASE("search_quality: what it finds fits, and is the best but for a step or two") {
    for (int highest : {1, 2, 3, 60, 80, 95, 100})
        for (int limit = 1; limit < highest; ++limit) {
            Searched out = searched(highest, static_cast<std::uint64_t>(limit) * 1000 + 500);
            REQUIRE(out.search.best);
            CHECK(out.search.best->bytes ==
                  static_cast<std::uint64_t>(out.search.best->quality) * 1000);
            CHECK(out.search.best->quality <= limit);
            CHECK(out.search.best->quality >= limit - 1);
            CHECK(out.tried.size() <= most_gif_trials);
        }
}

TEST_CASE(
    "search_quality: where nothing fits, quality 1 was tried and says how little is possible") {
    for (int highest = 1; highest <= 100; ++highest) {
        Searched out = searched(highest, 999);
        CHECK_FALSE(out.search.best);
        CHECK(out.tried.back() == 1);
        CHECK(out.search.last.quality == 1);
        CHECK(out.search.last.bytes == 1000);
        CHECK(out.tried.size() <= most_gif_trials);
    }
}

TEST_CASE("search_quality: sizes that jump about do not make it keep what is too large") {
    for (std::uint32_t seed = 1; seed < 500; ++seed) {
        auto size_of = [&](int quality) {
            return (seed * 2654435761U ^ static_cast<std::uint32_t>(quality) * 40503U) % 1000 +
                   0ULL;
        };
        GifSearch search = search_quality(100, 500, size_of);
        if (search.best) {
            CHECK(search.best->bytes <= 500);
            CHECK(search.best->bytes == size_of(search.best->quality));
        } else {
            CHECK(search.last.quality == 1);
        }
    }
}
