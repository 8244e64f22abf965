#include "base/memory.hpp"

#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>

#include <sys/resource.h>

using namespace img;

TEST_CASE("reserve_at_once: there is room, and what was there stays") {
    Bytes bytes{1, 2, 3};
    reserve_at_once(bytes, 1 << 20);
    CHECK(bytes.capacity() >= 1 << 20);
    CHECK(bytes == Bytes{1, 2, 3});
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

/// The pages that the system had to give for taking, filling and freeing buffers of a frame.
long pages_taken() {
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    for (std::size_t size : {3U << 20, 2U << 20, 1U << 20}) {
        void* buffer = std::malloc(size);
        std::memset(buffer, 1, size);
        // What is written must not be optimised away.
        CHECK(static_cast<volatile char*>(buffer)[size - 1] == 1);
        std::free(buffer);
    }
    getrusage(RUSAGE_SELF, &after);
    return after.ru_minflt - before.ru_minflt;
}

} // namespace

TEST_CASE("keep_freed_memory: buffers that are taken again cost no new pages") {
    keep_freed_memory();
    pages_taken();
    CHECK(pages_taken() < 100);
}

#endif
