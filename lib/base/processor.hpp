// What the processor can do beyond what the program is compiled for.
#pragma once

namespace img {

/// Whether it has AVX2 and FMA; only x86-64 has.
bool has_avx2();
/// Whether it has instructions for AES; where it is not known, it has not.
bool has_aes();

/// Which instructions to use. `portable` is for tests: the results are the same.
enum class Instructions { best, portable };

} // namespace img
