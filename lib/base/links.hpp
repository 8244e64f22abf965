// Where symbolic links lead.
#pragma once

#include <string>
#include <vector>

namespace img {

/// The path without links, "" when there is nothing.
std::string real_path(const std::string& path);
/// All that the link at `path` leads to, one after another; empty when it dangles.
std::vector<std::string> places_of_link(std::string path);

} // namespace img
