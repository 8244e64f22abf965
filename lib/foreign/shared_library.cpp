// Libraries that are opened at run time, so that only their users pay for loading them.

#include "foreign/shared_library.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <dlfcn.h>

namespace img {

void* open_library(const std::string& file, const std::string& lack, Symbols symbols) {
    void* library =
        ::dlopen(file.c_str(), RTLD_NOW | (symbols == Symbols::global ? RTLD_GLOBAL : RTLD_LOCAL));
    if (!library)
        throw Error(file + lack);
    return library;
}

void* find_function(void* library, const char* name) {
    void* function = ::dlsym(library, name);
    if (!function)
        throw Error(str("an installed library is too old: it has no function ", name));
    return function;
}

} // namespace img
