// Libraries that are opened at run time, so that only their users pay for loading them.
#pragma once

#include <string>

namespace img {

/// Whether other libraries find the functions of an opened one.
enum class Symbols { own, global };

/// Opens `file` ("libcurl.so.4"). Throws Error, `file` followed by `lack`, when it is not there.
void* open_library(const std::string& file, const std::string& lack,
                   Symbols symbols = Symbols::own);
/// Throws Error when the library has no such function.
void* find_function(void* library, const char* name);

} // namespace img

/// A member that is the function of this name in `library`.
#define IMG_FUNCTION(library, name)                                                                \
    decltype(&::name) name = reinterpret_cast<decltype(&::name)>(img::find_function(library, #name))
