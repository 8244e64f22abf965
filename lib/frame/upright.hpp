// Turns pictures that EXIF says are stored turned or mirrored.
#pragma once

#include "base/picture.hpp"
#include "base/planes.hpp"

namespace img {

/// The size of a picture when it is shown the right way up. `orientation` is EXIF's, 1 to 8.
Size upright_size(Size stored, int orientation);

/// Where what is shown in `area` of the upright picture lies in the stored one.
Area stored_area(Area area, Size stored, int orientation);

/// The picture the right way up.
Planes turned_upright(Planes stored, int orientation);

} // namespace img
