// Memory for large buffers.
#pragma once

#include "base/bytes.hpp"

namespace img {

/// Makes room for `size` bytes in all, and takes the memory from the system at once: page by page,
/// as it is written to, takes many times as long.
void reserve_at_once(Bytes& bytes, std::size_t size);

} // namespace img
