// An artwork to pixels, for tests: what a stamp should look like.
#pragma once

#include "base/picture.hpp"
#include "verb/stamp/artwork.hpp"

namespace img {

/// Draws on a picture of any colour space.
void paint(Picture& picture, const Artwork& artwork);

} // namespace img
