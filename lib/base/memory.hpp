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

/// From now on buffers of 128 KiB and more go back to the system when they are freed, for programs
/// that run for long and hold large ones now and then. Otherwise that limit grows with what is
/// freed. Only the GNU C library is told; others do so of themselves.
void return_freed_memory();

} // namespace img
