// Many ways down the tree of codes, side by side, so that a processor can take eight at once.
#pragma once

#include "verb/gif/lzw_tree.hpp"
#include "verb/gif/tone.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace img {

/// How errors are shared: parts of 2^15, for each part of a tone.
using Share = Tone;

/// Errors beyond this, in steps, are cut off, so that what no colour comes near does not run over.
constexpr std::int16_t largest_error = 32 * tone_steps;

/// Ways to nodes of the tree, each with its score and the error that its last pixel hands to the
/// right. They go to different nodes, so there are no more than codes.
struct Ways {
    /// Some are written at a time, of which the last may mean nothing.
    static constexpr std::size_t room = LzwTree::most_codes + 32;

    std::size_t count = 0;
    alignas(64) std::array<std::int32_t, room> scores;
    std::array<std::array<std::int16_t, 2>, room> luma_blue, red_node; ///< errors, but the node

    void add(std::int32_t score, std::uint32_t node, Tone error) {
        scores[count] = score;
        luma_blue[count] = {error.luma, error.blue};
        red_node[count++] = {error.red, static_cast<std::int16_t>(node)};
    }
    void forget_errors() {
        for (std::size_t i = 0; i < count; ++i)
            luma_blue[i] = {}, red_node[i][0] = 0;
    }
    unsigned node(std::size_t i) const { return static_cast<unsigned>(red_node[i][1]); }
};

/// When a code was found: its length, and behind it a number.
constexpr std::uint32_t first_turn(std::size_t length) {
    return static_cast<std::uint32_t>(length) << 16;
}
constexpr std::size_t length_at(std::uint32_t turn) {
    return turn >> 16;
}

/// A pixel that codes are compared with.
struct Aim {
    Tone wanted;        ///< without the error that comes from the left
    Tone canvas;        ///< what is seen through a transparent pixel
    std::int32_t limit; ///< on the squared distance
    Share share;        ///< of the error, for the next pixel
};

/// For each place in a family the best code, the first of several.
struct Best {
    static constexpr std::size_t places = LzwTree::Family::most;
    alignas(32) std::array<std::int32_t, places> scores;
    std::array<std::array<std::int16_t, 2>, places> red_nodes; ///< as in Ways
    std::array<std::uint32_t, places> turns;

    Best() {
        scores.fill(std::numeric_limits<std::int32_t>::min());
        red_nodes.fill({0, 0});
        turns.fill(0);
    }
    unsigned node(std::size_t place) const { return static_cast<unsigned>(red_nodes[place][1]); }
};

} // namespace img
