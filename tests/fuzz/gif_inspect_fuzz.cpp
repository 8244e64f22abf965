// The inspector of GIFs, over any bytes.

#include "verb/gif/inspect.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    img::ByteView bytes{data, size};
    img::GifFacts facts = img::inspect_gif(bytes);
    bool adds_up =
        facts.image_bytes + facts.bytes_after_end <= size &&
        facts.bytes_after_images <= facts.image_bytes && facts.idle_images <= facts.images &&
        facts.local_palettes <= facts.images &&
        facts.unused_colors <= facts.global_colors + facts.local_palettes * facts.largest_local;
    if (!adds_up)
        std::abort();
    // What a sound GIF has lost its end of is not sound.
    if (facts.sound() && size > facts.bytes_after_end &&
        img::inspect_gif(bytes.first(size - facts.bytes_after_end - 1)).sound())
        std::abort();
    return 0;
}
