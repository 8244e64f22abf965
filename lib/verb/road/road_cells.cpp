// The cells of a sight, and which of them are road by the look of one frame.

#include "verb/road/road_cells.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace img {

namespace {

std::size_t area(Size size) {
    return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
}

/// Sums over the rows of a row of cells, one for each column of samples.
struct ColumnSums {
    using Sums = std::array<std::uint16_t, sight_width>;
    Sums luma{}, blue{}, red{}, across{}, down{};
};

ColumnSums sums_of(const Planes& planes, int first, int end) {
    ColumnSums sums;
    for (int y = first; y < end; ++y) {
        const std::uint8_t* row = planes.row(0, y);
        const std::uint8_t* below = planes.row(0, std::min(y + 1, planes.size.height - 1));
        const std::uint8_t* blue = planes.row(1, y);
        const std::uint8_t* red = planes.row(2, y);
        for (std::size_t x = 0; x < sight_width; ++x) {
            const auto step = static_cast<std::uint16_t>(std::abs(below[x] - row[x]));
            sums.luma[x] = static_cast<std::uint16_t>(sums.luma[x] + row[x]);
            sums.down[x] = static_cast<std::uint16_t>(sums.down[x] + step);
            sums.blue[x] = static_cast<std::uint16_t>(sums.blue[x] + blue[x]);
            sums.red[x] = static_cast<std::uint16_t>(sums.red[x] + red[x]);
        }
        for (std::size_t x = 0; x + 1 < sight_width; ++x) {
            const auto step = static_cast<std::uint16_t>(std::abs(row[x + 1] - row[x]));
            sums.across[x] = static_cast<std::uint16_t>(sums.across[x] + step);
        }
    }
    return sums;
}

/// The mean of each cell of a row.
void put_means(const ColumnSums::Sums& sums, int rows, float* cells) {
    for (std::size_t cell = 0; cell < sight_width / region_cell; ++cell) {
        int sum = 0;
        for (std::size_t x = 0; x < region_cell; ++x)
            sum += sums[cell * region_cell + x];
        cells[cell] = static_cast<float>(sum) / static_cast<float>(rows * region_cell);
    }
}

struct CellMeans {
    Size size;
    CellValues luma, blue, red, across, down; ///< the last two: of steps between samples
};

CellMeans means_of(const Planes& planes) {
    CellMeans means;
    const int height = planes.size.height;
    means.size = {sight_width / region_cell, std::max(1, height / region_cell)};
    for (CellValues* values : {&means.luma, &means.blue, &means.red, &means.across, &means.down})
        values->resize(area(means.size));
    for (int y = 0; y < means.size.height; ++y) {
        const int first = y * height / means.size.height;
        const int end = (y + 1) * height / means.size.height;
        const ColumnSums sums = sums_of(planes, first, end);
        const std::size_t at =
            static_cast<std::size_t>(y) * static_cast<std::size_t>(means.size.width);
        put_means(sums.luma, end - first, &means.luma[at]);
        put_means(sums.blue, end - first, &means.blue[at]);
        put_means(sums.red, end - first, &means.red[at]);
        put_means(sums.across, end - first, &means.across[at]);
        put_means(sums.down, end - first, &means.down[at]);
    }
    return means;
}

/// `make` of each cell of one or two kinds of values.
template <class Make>
CellValues each(const CellValues& one, const CellValues& other, Make make) {
    CellValues values(one.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = make(one[i], other[i]);
    return values;
}
template <class Make>
CellValues each(const CellValues& one, Make make) {
    return each(one, one, [&](float value, float) { return make(value); });
}

/// What `share` of the values are below.
float quantile(CellValues values, double share) {
    const auto middle = values.begin() +
                        static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void add_places(RoadCells& cells) {
    CellValues down, aside;
    for (int y = 0; y < cells.size.height; ++y)
        for (int x = 0; x < cells.size.width; ++x) {
            down.push_back((static_cast<float>(y) + 0.5F) / static_cast<float>(cells.size.height));
            const float across =
                (static_cast<float>(x) + 0.5F) / static_cast<float>(cells.size.width);
            aside.push_back(std::abs(across - 0.5F));
        }
    cells.traits.push_back(std::move(down));
    cells.traits.push_back(std::move(aside));
}

/// The cells that are `weights` of something: their mean and standard deviation.
struct Spread {
    float mean, deviation;
};

Spread spread_of(const CellValues& values, const CellValues& weights, float least) {
    double weight = 0, sum = 0, squares = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        weight += weights[i];
        sum += weights[i] * values[i];
        squares += weights[i] * values[i] * values[i];
    }
    const double mean = sum / weight;
    const double variance = std::max(0.0, squares / weight - mean * mean);
    return {static_cast<float>(mean), static_cast<float>(std::sqrt(variance)) + least};
}

/// How unlike the frame's road each cell is in each colour, and the odds of its being of the road's
/// colours rather than of the rest's, as logarithms.
void add_likeness(RoadCells& cells, const CellValues& road) {
    constexpr float seldom = 1e-4F;                       // keeps the weights' sum above 0
    constexpr std::array<float, 4> least{3, 1, 1, 0.25F}; // deviations that are noise
    const CellValues is_road = each(road, [](float p) { return p * p + seldom; });
    const CellValues is_rest = each(road, [](float p) { return (1 - p) * (1 - p) + seldom; });
    CellValues odds(road.size());
    for (std::size_t c = 0; c < cells.colors.size(); ++c) {
        const CellValues smooth = blurred(cells.colors[c], cells.size, 1);
        const Spread on = spread_of(cells.colors[c], is_road, least[c]);
        const Spread off = spread_of(cells.colors[c], is_rest, least[c]);
        const float usual = std::log(off.deviation / on.deviation);
        CellValues unlike(road.size());
        for (std::size_t i = 0; i < road.size(); ++i) {
            const float from_road = (smooth[i] - on.mean) / on.deviation;
            const float from_rest = (smooth[i] - off.mean) / off.deviation;
            unlike[i] = std::abs(from_road);
            odds[i] += usual + (from_rest * from_rest - from_road * from_road) / 2;
        }
        cells.traits.push_back(std::move(unlike));
    }
    for (float& odd : odds)
        odd = std::clamp(odd, -30.0F, 30.0F);
    cells.traits.push_back(blurred(odds, cells.size, 2));
    cells.traits.push_back(std::move(odds));
}

/// How much of the column above and below each cell, and of its row, is road.
void add_lines(RoadCells& cells, const CellValues& road) {
    const auto width = static_cast<std::size_t>(cells.size.width);
    const std::size_t height = road.size() / width;
    CellValues above(road.size()), below(road.size()), beside(road.size());
    for (std::size_t x = 0; x < width; ++x) {
        float sum = 0;
        for (std::size_t y = 0; y < height; ++y) {
            above[y * width + x] = sum / static_cast<float>(std::max<std::size_t>(y, 1));
            sum += road[y * width + x];
        }
        sum = 0;
        for (std::size_t y = height; y-- > 0;) {
            below[y * width + x] =
                sum / static_cast<float>(std::max<std::size_t>(height - 1 - y, 1));
            sum += road[y * width + x];
        }
    }
    for (std::size_t i = 0; i < road.size(); i += width) {
        const auto first = road.begin() + static_cast<std::ptrdiff_t>(i);
        const float sum = std::accumulate(first, first + static_cast<std::ptrdiff_t>(width), 0.0F);
        std::fill_n(beside.begin() + static_cast<std::ptrdiff_t>(i), width,
                    sum / static_cast<float>(width));
    }
    cells.traits.push_back(std::move(above));
    cells.traits.push_back(std::move(below));
    cells.traits.push_back(std::move(beside));
}

} // namespace

CellValues blurred(const CellValues& values, Size size, int radius) {
    const int width = size.width, height = size.height;
    const float share = 1.0F / static_cast<float>(2 * radius + 1);
    const auto at = [&](int x, int y) {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
               static_cast<std::size_t>(x);
    };
    CellValues rows(values.size()), sums(static_cast<std::size_t>(width)), result(values.size());
    for (int y = 0; y < height; ++y) {
        const float* row = &values[at(0, y)];
        float sum = 0;
        for (int x = -radius; x <= radius; ++x)
            sum += row[std::clamp(x, 0, width - 1)];
        for (int x = 0; x < width; ++x) {
            rows[at(x, y)] = sum * share;
            sum += row[std::min(x + radius + 1, width - 1)] - row[std::max(x - radius, 0)];
        }
    }
    const auto add = [&](int y, float times) {
        const float* row = &rows[at(0, std::clamp(y, 0, height - 1))];
        for (std::size_t x = 0; x < sums.size(); ++x)
            sums[x] += times * row[x];
    };
    for (int y = -radius; y <= radius; ++y)
        add(y, 1);
    for (int y = 0; y < height; ++y) {
        for (std::size_t x = 0; x < sums.size(); ++x)
            result[at(0, y) + x] = sums[x] * share;
        add(y + radius + 1, 1);
        add(y - radius, -1);
    }
    return result;
}

RoadCells road_cells(const Sight& sight) {
    const CellMeans means = means_of(sight.planes);
    RoadCells cells;
    cells.size = means.size;
    const auto smooth = [&](const CellValues& values, int radius) {
        return blurred(values, cells.size, radius);
    };
    const CellValues texture = each(means.across, means.down, [](float across, float down) {
        return std::sqrt(across + down);
    });
    // Contrast is the same in light and in shade; tens, so that it is about as large as the others.
    const CellValues relief = each(texture, means.luma, [](float steps, float luma) {
        return 10 * steps / std::sqrt(luma + 8);
    });
    const CellValues blue = each(means.blue, [](float value) { return value - 128; });
    const CellValues red = each(means.red, [](float value) { return value - 128; });
    const CellValues colour = each(
        blue, red, [](float one, float other) { return std::sqrt(one * one + other * other); });
    const CellValues magenta = each(blue, red, std::plus<>{}); // green when it is negative
    const float middle = quantile(means.luma, 0.5), usual_colour = quantile(colour, 0.5);
    cells.contrast = quantile(means.luma, 0.9) - quantile(means.luma, 0.1);
    const float range = cells.contrast + 8;
    const float rough = quantile(texture, 0.5) + 0.5F;
    const auto of_range = [&](float value) { return (value - middle) / range; };
    const auto of_rough = [&](float value) { return value / rough; };
    const CellValues apart = each(means.luma, smooth(means.luma, 1),
                                  [](float one, float other) { return std::abs(one - other); });

    add_places(cells);
    std::vector<CellValues>& traits = cells.traits;
    traits.push_back(each(means.luma, of_range));
    traits.push_back(means.luma);
    // What chroma is for the luma does not change with the exposure.
    const auto of_luma = [](float chroma, float luma) { return 64 * chroma / (luma + 8); };
    traits.push_back(each(blue, means.luma, of_luma));
    traits.push_back(each(red, means.luma, of_luma));
    traits.push_back(each(colour, [&](float value) { return value - usual_colour; }));
    traits.push_back(magenta);
    traits.push_back(relief);
    traits.push_back(smooth(relief, 2));
    traits.push_back(each(texture, of_rough));
    traits.push_back(each(smooth(texture, 1), of_rough));
    traits.push_back(each(smooth(texture, 3), of_rough));
    traits.push_back(each(means.across, means.down,
                          [](float across, float down) { return (across + 1) / (down + 1); }));
    traits.push_back(smooth(apart, 1));
    traits.push_back(each(smooth(magenta, 2), smooth(means.luma, 2), of_luma));
    traits.push_back(each(smooth(means.luma, 2), of_range));
    traits.push_back(smooth(colour, 2));
    assert(traits.size() == own_traits);
    cells.colors = {means.luma, blue, red, relief};
    return cells;
}

void add_context(RoadCells& cells, const CellValues& road) {
    add_likeness(cells, road);
    cells.traits.push_back(road);
    for (int radius : {1, 3, 7})
        cells.traits.push_back(blurred(road, cells.size, radius));
    add_lines(cells, road);
    const float sum = std::accumulate(road.begin(), road.end(), 0.0F);
    cells.traits.emplace_back(road.size(), sum / static_cast<float>(road.size()));
    assert(cells.traits.size() == all_traits);
}

CellValues judged(const RoadCells& cells, const RoadForest& forest) {
    CellValues odds(area(cells.size), forest.base);
    std::vector<int> leaves(odds.size());
    for (const RoadTree& tree : forest.trees) {
        static_assert(RoadTree::depth == 4);
        const float* one = cells.traits[tree.trait[0]].data();
        const float* two = cells.traits[tree.trait[1]].data();
        const float* three = cells.traits[tree.trait[2]].data();
        const float* four = cells.traits[tree.trait[3]].data();
        const auto [first, second, third, fourth] = tree.threshold;
        // In a loop of its own, which becomes vector instructions.
        for (std::size_t i = 0; i < leaves.size(); ++i)
            leaves[i] = (one[i] > first ? 1 : 0) + (two[i] > second ? 2 : 0) +
                        (three[i] > third ? 4 : 0) + (four[i] > fourth ? 8 : 0);
        for (std::size_t i = 0; i < odds.size(); ++i)
            odds[i] += tree.leaf[static_cast<std::size_t>(leaves[i])];
    }
    for (float& value : odds)
        value = 1 / (1 + std::exp(-value));
    return odds;
}

CellValues road_probability(RoadCells& cells) {
    add_context(cells, judged(cells, first_road_forest));
    return judged(cells, second_road_forest);
}

} // namespace img
