// Memory for large buffers.

#include "base/memory.hpp"

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

} // namespace img
