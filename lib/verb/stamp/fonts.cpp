// The fonts to write with, found without a font service.

#include "verb/stamp/fonts.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

namespace img {

namespace {

constexpr std::size_t most_entries = 20'000;
constexpr int deepest_directory = 8;
/// Each stays open with its tables.
constexpr std::size_t most_further_fonts = 16;

/// Which of the Noto fonts have the characters from `first` to `last`.
struct Script {
    std::uint32_t first, last;
    const char* name;
};

/// By Unicode's blocks. Scripts in daily use; of the dead ones nobody stamps pictures.
constexpr std::array<Script, 38> scripts{{
    {0x0530, 0x058F, "Armenian"},
    {0x0590, 0x05FF, "Hebrew"},
    {0x0600, 0x06FF, "Arabic"},
    {0x0700, 0x074F, "Syriac"},
    {0x0750, 0x077F, "Arabic"},
    {0x0780, 0x07BF, "Thaana"},
    {0x07C0, 0x07FF, "NKo"},
    {0x0870, 0x08FF, "Arabic"},
    {0x0900, 0x097F, "Devanagari"},
    {0x0980, 0x09FF, "Bengali"},
    {0x0A00, 0x0A7F, "Gurmukhi"},
    {0x0A80, 0x0AFF, "Gujarati"},
    {0x0B00, 0x0B7F, "Oriya"},
    {0x0B80, 0x0BFF, "Tamil"},
    {0x0C00, 0x0C7F, "Telugu"},
    {0x0C80, 0x0CFF, "Kannada"},
    {0x0D00, 0x0D7F, "Malayalam"},
    {0x0D80, 0x0DFF, "Sinhala"},
    {0x0E00, 0x0E7F, "Thai"},
    {0x0E80, 0x0EFF, "Lao"},
    {0x0F00, 0x0FFF, "Tibetan"},
    {0x1000, 0x109F, "Myanmar"},
    {0x10A0, 0x10FF, "Georgian"},
    {0x1200, 0x139F, "Ethiopic"},
    {0x13A0, 0x13FF, "Cherokee"},
    {0x1400, 0x167F, "CanadianAboriginal"},
    {0x1780, 0x17FF, "Khmer"},
    {0x1800, 0x18AF, "Mongolian"},
    {0x1950, 0x197F, "TaiLe"},
    {0x1B00, 0x1B7F, "Balinese"},
    {0x1B80, 0x1BBF, "Sundanese"},
    {0x1C50, 0x1C7F, "OlChiki"},
    {0x2D30, 0x2D7F, "Tifinagh"},
    {0xA000, 0xA4CF, "Yi"},
    {0xA980, 0xA9DF, "Javanese"},
    {0xABC0, 0xABFF, "MeeteiMayek"},
    {0x10D00, 0x10D3F, "HanifiRohingya"},
    {0x1E900, 0x1E95F, "Adlam"},
}};

/// Where systems keep the Noto fonts.
constexpr std::array<const char*, 4> noto_directories{
    "/usr/share/fonts/truetype/noto/", "/usr/share/fonts/noto/", "/usr/share/fonts/google-noto/",
    "/usr/local/share/fonts/noto/"};

/// Fonts of many scripts, the better looking first.
constexpr std::array<const char*, 19> broad_fonts{
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansSymbols-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansSymbols2-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansMath-Regular.ttf",
    "/usr/share/fonts/truetype/freefont/FreeSans.ttf",
    "/usr/share/fonts/gnu-free/FreeSans.ttf",
    "/usr/share/fonts/truetype/freefont/FreeSerif.ttf",
    "/usr/share/fonts/truetype/unifont/unifont.ttf",
    "/usr/share/fonts/opentype/unifont/unifont.otf"};

bool is_there(const fs::path& path) {
    boost::system::error_code absent;
    return fs::exists(path, absent);
}

/// Fonts that may have the character, best first.
std::vector<std::string> candidates_for(char32_t character) {
    std::vector<std::string> files;
    for (const Script& script : scripts)
        if (character >= script.first && character <= script.last)
            for (const char* style : {"NotoSans", "NotoSerif"})
                for (const char* directory : noto_directories)
                    files.push_back(str(directory, style, script.name, "-Regular.ttf"));
    files.insert(files.end(), broad_fonts.begin(), broad_fonts.end());
    return files;
}

/// Looks among the fonts that are known to help, and opens each of them at most once.
class InstalledFonts {
public:
    explicit InstalledFonts(std::string first) { opened_.insert(std::move(first)); }

    std::optional<Font> operator()(char32_t character) {
        for (const std::string& file : candidates_for(character)) {
            if (given_ == most_further_fonts)
                break;
            if (opened_.contains(file) || !is_there(file))
                continue;
            try {
                Font font{file};
                if (font.glyph_of(character) == 0)
                    continue;
                opened_.insert(file);
                ++given_;
                return font;
            } catch (const Error& error) {
                log_note(str("not used: ", error.what()));
                opened_.insert(file);
            }
        }
        return std::nullopt;
    }

private:
    std::set<std::string> opened_;
    std::size_t given_ = 0;
};

/// What of a font's name tells it from others.
std::string plain_name(std::string_view name) {
    std::string plain = lower(name);
    std::erase_if(plain, [](char c) { return c == ' ' || c == '-' || c == '_'; });
    constexpr std::string_view regular = "regular";
    if (plain.size() > regular.size() && plain.ends_with(regular))
        plain.resize(plain.size() - regular.size());
    return plain;
}

bool is_font_file(const fs::path& path) {
    std::string extension = lower(path.extension().string());
    return extension == ".ttf" || extension == ".otf" || extension == ".ttc";
}

Font open_listed(const std::string& item) {
    try {
        if (item.find('/') != std::string::npos || is_font_file(item) || is_there(item))
            return Font{item};
        if (std::optional<fs::path> found = find_font(item, font_directories()))
            return Font{*found};
        throw Error(str("'", printable(item), "' is neither a file nor an installed font"));
    } catch (const Error& error) {
        throw Error(str("--font: ", error.what()), Exit::usage);
    }
}

} // namespace

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

std::vector<fs::path> font_directories() {
    std::vector<fs::path> directories;
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    if (data && *data)
        directories.push_back(fs::path{data} / "fonts");
    else if (home && *home)
        directories.push_back(fs::path{home} / ".local/share/fonts");
    directories.insert(directories.end(), {"/usr/local/share/fonts", "/usr/share/fonts"});
    return directories;
}

std::optional<fs::path> find_font(std::string_view name, const std::vector<fs::path>& directories) {
    const std::string wanted = plain_name(name);
    std::size_t left = most_entries;
    for (const fs::path& directory : directories) {
        std::optional<fs::path> best; // of several the same one each time
        boost::system::error_code error;
        fs::recursive_directory_iterator at{directory,
                                            fs::directory_options::skip_permission_denied, error};
        for (; !error && at != fs::recursive_directory_iterator{} && left > 0; --left) {
            const fs::path& path = at->path();
            if (is_font_file(path) && plain_name(path.stem().string()) == wanted &&
                (!best || path < *best))
                best = path;
            if (at.depth() >= deepest_directory)
                at.disable_recursion_pending();
            at.increment(error);
        }
        if (best)
            return best;
    }
    return std::nullopt;
}

FontList open_fonts(const std::string& list, const std::vector<std::string>& usual) {
    FontList out;
    if (!list.empty()) {
        // A file may have a comma in its name.
        std::vector<std::string_view> items =
            is_there(list) ? std::vector<std::string_view>{list} : split(list, ',');
        for (std::string_view item : items)
            out.fonts.push_back(open_listed(std::string{trim(item)}));
        return out;
    }
    for (const std::string& candidate : usual)
        if (is_there(candidate)) {
            out.fonts.emplace_back(candidate);
            out.search = InstalledFonts{candidate};
            return out;
        }
    throw Error("no font found; install the package fonts-dejavu-core, or name a font file with "
                "--font");
}

} // namespace img
