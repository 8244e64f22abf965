// The font to write with, found without a font service.

#include "verb/stamp/fonts.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace img {

const std::vector<std::string>& usual_fonts() {
    static const std::vector<std::string> fonts{
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
        "/usr/share/fonts/TTF/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
        "/usr/share/fonts/noto/NotoSans-Regular.ttf",
        "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
        "/usr/share/fonts/truetype/liberation2/LiberationSans-Regular.ttf",
        "/usr/share/fonts/liberation-sans/LiberationSans-Regular.ttf",
        "/usr/share/fonts/liberation/LiberationSans-Regular.ttf",
        "/usr/share/fonts/truetype/freefont/FreeSans.ttf",
        "/usr/local/share/fonts/dejavu/DejaVuSans.ttf",
    };
    return fonts;
}

Font open_font(const std::string& file, const std::vector<std::string>& usual) {
    if (!file.empty()) {
        try {
            return Font{file};
        } catch (const Error& error) {
            throw Error(str("--font: ", error.what()), Exit::usage);
        }
    }
    for (const std::string& candidate : usual) {
        boost::system::error_code absent;
        if (fs::exists(candidate, absent))
            return Font{candidate};
    }
    throw Error("no font found; install the package fonts-dejavu-core, or name a font file with "
                "--font");
}

} // namespace img
