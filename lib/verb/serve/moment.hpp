// A point in time that clocks do not change: for deadlines and buckets.
#pragma once

#include <chrono>

namespace img {

using Moment = std::chrono::steady_clock::time_point;

} // namespace img
