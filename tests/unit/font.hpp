// A font to test with, where the machine has one.
#pragma once

#include "base/error.hpp"
#include "verb/stamp/fonts.hpp"
#include "verb/stamp/typesetter.hpp"

#include <doctest/doctest.h>
#include <optional>
#include <string>

namespace img {

/// Says "skipped" when there is none.
inline std::optional<Typesetter> usual_typesetter() {
    try {
        return Typesetter{open_fonts("")};
    } catch (const Error& error) {
        MESSAGE("skipped: ", std::string{error.what()});
        return std::nullopt;
    }
}

inline bool have_font() {
    return usual_typesetter().has_value();
}

} // namespace img
