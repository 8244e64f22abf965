#include "verb/road/appearance_model.hpp"

#include "road_frame_maker.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace img;

namespace {

Appearance look_at(const SceneChange& change) {
    const Sight sight = scene_sight(change);
    return appearance_of(sight, filled({scene_road()}, sight.planes.size));
}

} // namespace

TEST_CASE("appearance model: coverage rises with the score, from nothing to everything") {
    double before = 0;
    for (double score = -9; score < 9; score += .05) {
        const double covered = SnowScore{score}.covered();
        CHECK(covered >= before);
        CHECK(covered <= 1);
        before = covered;
    }
    CHECK(SnowScore{-9}.covered() == 0);
    CHECK(SnowScore{9}.covered() == 1);
}

TEST_CASE("appearance model: at a threshold its share is as likely exceeded as not") {
    for (std::size_t i = 0; i < snow_shares.size(); ++i) {
        const SnowScore score{snow_thresholds[i]};
        CHECK(score.covered() == doctest::Approx(snow_shares[i]));
        CHECK(score.exceeds(snow_shares[i]) == doctest::Approx(.5));
    }
}

TEST_CASE("appearance model: more is exceeded less probably") {
    for (double score : {-4., -1., .3, 2.5}) {
        double before = 1;
        for (double share = 0; share <= 1; share += .02) {
            const double probable = SnowScore{score}.exceeds(share);
            CHECK(probable <= before);
            CHECK(probable >= 0);
            before = probable;
        }
    }
}

TEST_CASE("appearance model: the trees are there, and look at measures that exist") {
    for (std::span<const AppearanceTree> trees : {snow_trees(), night_trees(), wet_trees()}) {
        CHECK_FALSE(trees.empty());
        for (const AppearanceTree& tree : trees) {
            for (std::size_t i = 0; i < AppearanceTree::inner; ++i) {
                REQUIRE(tree.measure[i] < Appearance::count);
                REQUIRE_FALSE(std::isnan(tree.bound[i]));
            }
            for (float leaf : tree.leaf)
                REQUIRE(std::isfinite(leaf));
        }
    }
}

TEST_CASE("appearance model: the more snow lies in a scene, the more is read") {
    const double bare = snow_score(look_at({})).covered(),
                 some = snow_score(look_at({.snow = .45})).covered(),
                 all = snow_score(look_at({.snow = 1})).covered();
    CHECK(bare < .1);
    CHECK(some > bare + .1);
    CHECK(all > some + .1);
}

TEST_CASE("appearance model: night is told from day, and a dry road is not wet") {
    CHECK(night_probability(look_at({.night = 1})) > .5);
    CHECK(night_probability(look_at({})) < .5);
    CHECK(wet_probability(look_at({})) < .65);
}
