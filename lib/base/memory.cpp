// Memory for large buffers.

#include "base/memory.hpp"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/mman.h>

namespace img {

void reserve_at_once(Bytes& bytes, std::size_t size) {
    bytes.reserve(size);
#ifdef MADV_POPULATE_WRITE
    constexpr std::uintptr_t page = 4096, large = 65536;
    auto begin = (reinterpret_cast<std::uintptr_t>(bytes.data()) + page - 1) / page * page;
    auto end = reinterpret_cast<std::uintptr_t>(bytes.data() + bytes.capacity()) / page * page;
    // Kernels before 5.14 refuse, and then it goes page by page.
    if (size >= large && end > begin)
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE);
#endif
}

void keep_freed_memory() {
#ifdef __GLIBC__
    // Its largest threshold. Buffers above it are mapped each on its own, and go back.
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

void return_freed_memory() {
#ifdef __GLIBC__
    ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

} // namespace img
