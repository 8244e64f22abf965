// What the processor can do beyond what the program is compiled for.

#include "base/processor.hpp"

#if defined(__aarch64__) || defined(__arm__)
#include <sys/auxv.h>
#endif

namespace img {

bool has_avx2() {
#ifdef __x86_64__
    static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return has;
#else
    return false;
#endif
}

bool has_aes() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("aes");
#elif defined(__aarch64__)
    constexpr unsigned long aes = 1UL << 3; // HWCAP_AES
    return (::getauxval(AT_HWCAP) & aes) != 0;
#elif defined(__arm__)
    constexpr unsigned long aes = 1UL << 0; // HWCAP2_AES
    return (::getauxval(AT_HWCAP2) & aes) != 0;
#else
    return false;
#endif
}

} // namespace img
