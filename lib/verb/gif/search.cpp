// Finds the best quality whose GIF is not too large.

#include "verb/gif/search.hpp"

#include <cassert>

namespace img {

GifSearch search_quality(int highest, std::uint64_t most,
                         const std::function<std::uint64_t(int)>& size_of) {
    assert(highest >= 1 && highest <= 100);
    GifSearch search;
    int fits = 0, too_large = highest + 1; // what is known
    int quality = highest;
    for (int trial = 0; trial < most_gif_trials && too_large - fits > 1; ++trial) {
        GifTrial tried{quality, size_of(quality)};
        search.last = tried;
        if (tried.bytes <= most) {
            search.best = tried;
            fits = quality;
        } else {
            too_large = quality;
        }
        quality = fits + (too_large - fits) / 2;
    }
    return search;
}

} // namespace img
