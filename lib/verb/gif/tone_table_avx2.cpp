// The distances to many tones, for processors with AVX2: this file is compiled for them.

#ifdef __AVX2__

#include "verb/gif/tone_table_avx2.hpp"

namespace img {

std::uint16_t distances_with_avx2(const ToneTable& table, Tone tone, std::uint16_t* distances) {
    return distances_in_lanes(table, tone, distances);
}

} // namespace img

#endif
