// Finds the best quality whose GIF is not too large.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace img {

/// A quality that was tried, and what became of it.
struct GifTrial {
    int quality = 0;
    std::uint64_t bytes = 0;
};

struct GifSearch {
    std::optional<GifTrial> best; ///< of those that fit
    GifTrial last;                ///< where nothing fits, of quality 1
};

/// The longest search.
constexpr int most_gif_trials = 7;

/// Tries qualities from 1 to `highest` (at most 100): `highest` first, then by halves. `size_of`
/// gives the bytes at a quality; where they are more than `most`, they need not be exact but for
/// quality 1. Sizes are expected to grow with quality; where they do not, what is found fits all
/// the same.
GifSearch search_quality(int highest, std::uint64_t most,
                         const std::function<std::uint64_t(int quality)>& size_of);

} // namespace img
