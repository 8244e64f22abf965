// How much of a picture is read when it is stamped.
#pragma once

namespace img {

/// What of the picture that is not changed is looked at.
enum class Verify {
    full, ///< every code is read: broken and cut pictures are found
    tail  ///< only as far as the changes, and the last few KiB
};

} // namespace img
