// Memory for large buffers.
#pragma once

#include "base/bytes.hpp"

namespace img {

/// Makes room for `size` bytes in all, and takes the memory from the system at once: page by page,
/// as it is written to, takes many times as long.
void reserve_at_once(Bytes& bytes, std::size_t size);

/// From now on memory that is freed stays with the program, up to 64 MiB of it at the end of the
/// heap, for programs that take and free the same buffers for each of many frames: what goes back
/// to the system comes again page by page, which takes as long as decoding a frame. Only the GNU C
/// library is told; with others it has no effect.
void keep_freed_memory();

} // namespace img
