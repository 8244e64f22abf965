#include "verb/stamp/fonts.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace img;

namespace {

const std::string dejavu = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";

bool have_font() {
    if (fs::exists(dejavu))
        return true;
    MESSAGE("skipped: there is no ", dejavu);
    return false;
}

} // namespace

TEST_CASE("find_font: a name is a file's, whatever its case, blanks and hyphens") {
    Scratch directory;
    fs::create_directories(directory / "truetype/a");
    for (const char* name : {"DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "NotoSans-Regular.otf",
                             "Notes.txt", "truetype/a/Deep_One.TTC"})
        write_file(directory / name, bytes_of("x"));
    auto found = [&](std::string_view name) {
        std::optional<fs::path> path = find_font(name, {"/no/such/place", directory.path()});
        return path ? path->filename().string() : "";
    };
    CHECK(found("DejaVu Sans") == "DejaVuSans.ttf");
    CHECK(found("DejaVu Sans Bold") == "DejaVuSans-Bold.ttf");
    CHECK(found("dejavu-sans-BOLD") == "DejaVuSans-Bold.ttf");
    CHECK(found("Noto Sans") == "NotoSans-Regular.otf");
    CHECK(found("Noto Sans Regular") == "NotoSans-Regular.otf");
    CHECK(found("deep one") == "Deep_One.TTC");
    CHECK(found("Notes") == "");
    CHECK(found("DejaVu") == "");
    CHECK(found("") == "");
}

TEST_CASE("find_font: the first directory wins, and within one the first path") {
    Scratch ours, theirs;
    for (const char* name : {"b", "a", "c"}) {
        fs::create_directory(theirs / name);
        write_file(theirs / name / "One.ttf", bytes_of("x"));
    }
    CHECK(find_font("one", {ours.path(), theirs.path()}) == theirs / "a" / "One.ttf");
    write_file(ours / "One.ttf", bytes_of("x"));
    CHECK(find_font("one", {ours.path(), theirs.path()}) == ours / "One.ttf");
}

TEST_CASE("find_font: the walk ends: links of directories are not followed, depth is bounded") {
    Scratch directory;
    fs::create_directory_symlink(directory.path(), directory / "loop");
    fs::path deep = directory.path();
    for (int i = 0; i < 12; ++i)
        deep /= "d";
    fs::create_directories(deep);
    write_file(deep / "Far.ttf", bytes_of("x"));
    CHECK_FALSE(find_font("far", {directory.path()}).has_value());
    write_file(directory / "d/d/Far.ttf", bytes_of("x"));
    CHECK(find_font("far", {directory.path()}) == directory / "d/d/Far.ttf");
}

TEST_CASE("open_fonts: a list is of files and names, in its order") {
    if (!have_font())
        return;
    Scratch directory;
    fs::create_symlink(dejavu, directory / "a,b.ttf");
    FontList list = open_fonts((directory / "a,b.ttf").string());
    REQUIRE(list.fonts.size() == 1);
    CHECK(list.fonts[0].name() == "a,b.ttf");
    CHECK_FALSE(list.search); // who names fonts gets these and no others
    list = open_fonts(dejavu + ", DejaVu Sans Bold");
    REQUIRE(list.fonts.size() == 2);
    CHECK(list.fonts[0].name() == "DejaVuSans.ttf");
    CHECK(list.fonts[1].name() == "DejaVuSans-Bold.ttf");
}

TEST_CASE("open_fonts: what is no font is refused, saying which") {
    auto fails = [](const std::string& list, const std::string& what) {
        try {
            open_fonts(list);
            FAIL("accepted: ", list);
        } catch (const Error& error) {
            CHECK(error.status() == Exit::usage);
            CHECK(std::string{error.what()} == what);
        }
    };
    fails("No Such Font Here",
          "--font: 'No Such Font Here' is neither a file nor an installed font");
    fails("/no/such.ttf", "--font: /no/such.ttf: No such file or directory");
    fails(",", "--font: '' is neither a file nor an installed font");
    if (have_font())
        fails(dejavu + ",x.ttf", "--font: x.ttf: No such file or directory");
}

TEST_CASE("open_fonts: without a list, the first usual font, and others for what it lacks") {
    CHECK_THROWS_AS(open_fonts("", {"/no/such.ttf"}), Error);
    if (!have_font())
        return;
    FontList list = open_fonts("", {"/no/such.ttf", dejavu});
    REQUIRE(list.fonts.size() == 1);
    REQUIRE(list.search);
    CHECK_FALSE(list.search(char32_t{0x10FFFF}).has_value());
    if (!fs::exists("/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf")) {
        MESSAGE("skipped: there is no NotoSansDevanagari");
        return;
    }
    std::optional<Font> found = list.search(U'द');
    REQUIRE(found);
    CHECK(found->name() == "NotoSansDevanagari-Regular.ttf");
    std::set<std::string> given{found->name()};
    while ((found = list.search(U'द')))
        CHECK(given.insert(found->name()).second); // each once
}
