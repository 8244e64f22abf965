// Reads a GIF strictly, and says what it holds and what is wrong with it.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"
#include "base/text.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// What was found in a GIF, as far as it could be read.
struct GifFacts {
    std::string version; ///< "GIF89a"; empty when it is no GIF
    Size canvas;
    std::size_t images = 0;
    std::size_t idle_images = 0; ///< that draw nothing: every pixel is transparent
    std::size_t comments = 0;
    /// How often it is repeated after the first time, 0 for ever; absent when it is shown once.
    std::optional<int> repeats;
    Duration shortest{0}, longest{0}, duration{0}; ///< delays, and their sum
    std::size_t global_colors = 0;                 ///< 0: no global palette
    std::size_t local_palettes = 0, largest_local = 0;
    std::size_t unused_colors = 0; ///< of all palettes

    std::uint64_t bytes = 0;
    std::uint64_t image_bytes = 0;        ///< of images' compressed data
    std::uint64_t bytes_after_images = 0; ///< in images' data, behind its end
    std::uint64_t bytes_after_end = 0;    ///< of the file, behind the GIF

    std::vector<std::string> faults; ///< the first ones, each "frame 3: image data ends early"
    std::size_t more_faults = 0;

    bool sound() const { return faults.empty(); }
    std::uint64_t wasted() const {
        return bytes_after_images + bytes_after_end + std::uint64_t{unused_colors} * 3;
    }
};

/// Reads all of it, by CompuServe's specification of 1990 (GIF89a) with the Netscape extension:
/// image data is decoded to check that there is exactly what the image needs. Time grows with the
/// length of `bytes` only, memory not at all, whatever they claim. Never throws for what they hold.
GifFacts inspect_gif(ByteView bytes);

} // namespace img
