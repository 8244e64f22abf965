// What the processor can do beyond what the program is compiled for.
#pragma once

namespace img {

/// Whether it has AVX2 and FMA; only x86-64 has.
bool has_avx2();

} // namespace img
