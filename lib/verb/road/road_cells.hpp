// The cells of a sight, and which of them are road by the look of one frame.
#pragma once

#include "base/picture.hpp"
#include "verb/road/sight.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace img {

/// Cells are about so many samples of a sight wide and high.
constexpr int region_cell = 5;

/// One value a cell, row after row.
using CellValues = std::vector<float>;

/// What is known of each cell: first by its own look and the frame's, then, too, by what the first
/// judgement made of its surroundings (auto-context: Tu, 2008).
struct RoadCells {
    Size size; ///< in cells
    std::vector<CellValues> traits;
    std::array<CellValues, 4> colors; ///< mean Y, Cb, Cr, and contrast of texture
    float contrast = 0;               ///< of the cells' luma: from the dark tenth to the light one
};

/// How many traits a cell has before and after add_context().
constexpr std::size_t own_traits = 18, all_traits = 32;

/// The traits that need no judgement: place, luma and texture compared with the frame's, chroma.
RoadCells road_cells(const Sight& sight);

/// Adds the traits that follow from `road`, which is how probably each cell is road: the
/// surroundings' judgement, and how like the frame's road and unlike the rest of it a cell is.
void add_context(RoadCells& cells, const CellValues& road);

/// A tree whose branches of one level all ask the same: whether a trait is above a threshold. The
/// answers, the first level's as the lowest bit, are the number of the leaf.
struct RoadTree {
    static constexpr std::size_t depth = 4;
    std::array<std::uint8_t, depth> trait;
    std::array<float, depth> threshold;
    std::array<float, std::size_t{1} << depth> leaf;
};

/// The trees' leaves and `base` add up to log odds.
struct RoadForest {
    float base;
    std::span<const RoadTree> trees;
};

/// As tests/train/road_region_train.cpp prints them.
extern const RoadForest first_road_forest, second_road_forest;

/// Means over the square that reaches `radius` cells to each side; edges are repeated.
CellValues blurred(const CellValues& values, Size size, int radius);

/// How probably each cell is road, 0 to 1.
CellValues judged(const RoadCells& cells, const RoadForest& forest);

/// Both judgements, one after the other.
CellValues road_probability(RoadCells& cells);

} // namespace img
