// Covering a block, for processors with AVX2: this file alone is compiled for them.

#include "verb/stamp/dct.hpp"

#ifdef __AVX2__

#include "verb/stamp/cover_block.hpp"

namespace img {

std::uint64_t cover_with_avx2(const QuantizerSteps& steps, Coefficients& coefficients,
                              std::uint64_t set, float keep, float add, const Cover& cover) {
    return cover_block<EightLanes>(steps, coefficients, set, keep, add, cover);
}

} // namespace img

#endif
