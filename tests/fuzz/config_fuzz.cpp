// The text of configuration files: refused with its line, or taken apart.

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "cli/toml.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        for (const img::TomlItem& item : img::parse_toml(img::text_of({data, size}), "f")) {
            if (item.place.find("f:") != 0)
                std::abort();
            for (const std::string& value : item.values)
                if (value.find('\0') != std::string::npos)
                    std::abort();
        }
    } catch (const img::Error& error) {
        std::string_view what = error.what();
        bool one_line = what.find('\n') == std::string_view::npos;
        if (!what.starts_with("f:") || !one_line || error.status() != img::Exit::usage)
            std::abort();
    }
    return 0;
}
