// What the processor can do beyond what the program is compiled for.

#include "base/processor.hpp"

namespace img {

bool has_avx2() {
#ifdef __x86_64__
    static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return has;
#else
    return false;
#endif
}

} // namespace img
