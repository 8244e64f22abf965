// Where programs keep what they make.
#pragma once

#include "base/fs.hpp"

#include <string>

namespace img {

/// What must not be lost: `option` if it is not empty, else $STATE_DIRECTORY (systemd), else
/// $XDG_STATE_HOME/imgseq, else ~/.local/state/imgseq. Throws Error{usage} when none of them says
/// where.
fs::path state_directory(const std::string& option);
/// What can be made or fetched anew: the same with $CACHE_DIRECTORY, $XDG_CACHE_HOME and ~/.cache.
fs::path cache_directory(const std::string& option);

} // namespace img
