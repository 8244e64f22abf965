// Boost.Filesystem, through one door.
#pragma once

#include <boost/filesystem.hpp>

namespace img {

namespace fs = boost::filesystem;

} // namespace img
