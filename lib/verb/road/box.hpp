// Sums over the squares around the samples of a plane of numbers.
#pragma once

#include "base/picture.hpp"

#include <vector>

namespace img {

/// For each sample the sum over the (2 radius + 1) x (2 radius + 1) samples around it that are in
/// the plane, which is `size` large, row after row.
std::vector<float> box_sum(const std::vector<float>& plane, Size size, int radius);

} // namespace img
