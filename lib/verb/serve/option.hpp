// Mistakes in an option's text, with the option's name.
#pragma once

#include "base/error.hpp"
#include "base/text.hpp"

#include <string>

namespace img {

/// What `read` makes of an option's text. What it throws names the option.
template <class Read>
auto read_option(const std::string& option, Read read) {
    try {
        return read();
    } catch (const Error& error) {
        throw Error(str(option, ": ", error.what()), error.status());
    }
}

} // namespace img
