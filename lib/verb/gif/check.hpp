// Checks GIFs that are there.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace img {

enum class GifCheckAs { text, json };

/// Reads each of `files` ("-" is stdin) and prints what is in it. What is wrong with it is said on
/// stderr, with the file's name. True when all are sound.
bool check_gifs(const std::vector<std::string>& files, GifCheckAs as,
                const std::function<void(const std::string& line)>& print);

} // namespace img
