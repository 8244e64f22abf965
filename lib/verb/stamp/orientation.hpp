// Artworks for pictures that are stored turned or mirrored.
#pragma once

#include "verb/stamp/artwork.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <utility>

namespace img {

/// The size at which a stored picture is shown. `orientation` is EXIF's, 1 to 8 (Exif 2.32, 4.6.4).
Size displayed(Size stored, int orientation);

/// Where on the stored picture an area of the shown one lies.
Rectangle stored_area(const Rectangle& area, Size displayed_size, int orientation);

/// Turns what was arranged for the picture as it is shown to the picture as it is stored. It keeps
/// the shapes that it turned: the same shape gives the same one again.
class ArtworkTurner {
public:
    /// The artwork that has on the stored picture the look of `artwork` on the shown one, which is
    /// of the size `displayed_size`. Pixel for pixel: nothing is resampled.
    Artwork for_stored(Artwork artwork, Size displayed_size, int orientation);

private:
    using Source = std::pair<std::shared_ptr<const Shape>, int>;

    std::shared_ptr<const Shape> turned(const std::shared_ptr<const Shape>& shape, int orientation);

    std::map<Source, std::shared_ptr<const Shape>> shapes_; ///< by shape and orientation
    std::size_t bytes_ = 0;
};

} // namespace img
