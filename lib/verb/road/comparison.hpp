// What a frame shows that its camera's reference does not: snow, wetness, fog, a moved camera.
#pragma once

#include "verb/road/bitmap.hpp"
#include "verb/road/reference.hpp"

namespace img {

/// What told how bright the bare road would be in this frame's light.
enum class Basis {
    road,   ///< parts of the road that look as in the reference
    beside, ///< parts of the picture beside the road that do
    none,   ///< nothing; the road has no structure left, and is judged by its whiteness alone
};

/// How far the picture has moved since the reference, in shares of the picture's width.
struct Shift {
    double right = 0, down = 0;
    bool operator==(const Shift&) const = default;
};

struct Comparison {
    /// Share of the region that is under snow, 0 to 1, vehicles left out.
    double coverage = 0;
    /// What is snow, of the size of the sight.
    Bitmap snow;
    /// Share of the road's structure (marks, joints, cracks) that is gone, 0 to 1, whatever the
    /// light.
    double structure_lost = 0;
    Basis basis = Basis::none;
    /// How much brighter the bare road is than in the reference, natural logarithm of luminance.
    double gain = 0;
    /// Whether the road is wet, 0 to 1: it is darker by 0.2 to 0.8 and more than what is beside it
    /// says, and has its structure still. 0 where nothing beside the road tells.
    double wetness = 0;
    /// Share of the region that shines on a road that is darker than it should be, as water does.
    double glare = 0;
    /// 90th percentile of the correlation of what is beside the road with the reference, -1 to 1:
    /// low in fog, or where the lens is covered.
    double visibility = 0;
    /// Share of the picture whose structure was clear and is as good as gone: what covers the lens
    /// covers that, too. Snow on the ground leaves something.
    double occluded = 0;
    /// Contrast of small things in all of the picture by that of the reference: 1 as it was.
    double contrast = 1;
    /// Correlation of all of the picture with the reference where it fits best, -1 to 1. A camera
    /// that looks elsewhere has less than 0.4 for long.
    double alignment = 0;
    /// Where it fits best is more than 1 % of the width away.
    std::optional<Shift> moved;
    /// How far the coverage can be trusted, 0 to 1: less by a reference of another light, by bad
    /// visibility, and where little is as it was.
    double confidence = 0;
};

/// The samples of `region` are judged; it has the size of the sight. The constants are physical
/// (logarithms of luminance, correlations); tests/bench/road_reference.cpp scores them, and none is
/// fitted to a camera. Throws Error when region or reference are of another size than the sight.
Comparison compare(const Sight& sight, const Reference& reference, const Bitmap& region);

} // namespace img
