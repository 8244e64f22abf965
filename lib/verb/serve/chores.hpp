// What a server's loop does besides serving.
#pragma once

#include "base/text.hpp"

#include <functional>

namespace img {

/// Something else that the loop waits for.
struct Watch {
    int fd; ///< readable
    std::function<void()> ready;
};

/// Something that is due again and again.
struct Chore {
    Duration every;
    std::function<void()> act;
};

} // namespace img
