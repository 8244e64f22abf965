#include "cli/config.hpp"

#include "../scratch.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

/// The entries of a file that holds `text`, each as a line ":LINE key=<value>".
std::string entries_of(std::string_view text, const std::string& tool = "imgsnap",
                       const std::string& camera = "north") {
    Scratch scratch;
    std::string file = (scratch / "imgseq.toml").string();
    write_file(file, bytes_of(text));
    std::string lines;
    for (const ConfigEntry& entry : read_config(file, tool, camera)) {
        lines += str(entry.place.substr(file.size()), " ", entry.key, "=");
        for (const std::string& value : entry.values)
            lines += str("<", value, ">");
        lines += entry.shared ? " shared\n" : "\n";
    }
    return lines;
}

/// What a file that holds `text` is refused with, without the file's directory.
std::string refusal(std::string_view text) {
    Scratch scratch;
    std::string file = (scratch / "imgseq.toml").string();
    write_file(file, bytes_of(text));
    try {
        read_config(file, "imgsnap", "north");
    } catch (const Error& error) {
        CHECK(error.status() == Exit::usage);
        std::string what = error.what();
        for (std::size_t at; (at = what.find(scratch.path().string() + "/")) != std::string::npos;)
            what.erase(at, scratch.path().string().size() + 1);
        return what;
    }
    return "";
}

/// An environment variable, set while it lives.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* before = std::getenv(name))
            before_ = before;
        value ? ::setenv(name, value, 1) : ::unsetenv(name);
    }
    ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

private:
    const char* name_;
    std::optional<std::string> before_;
};

} // namespace

TEST_CASE("read_config: the tool, then the camera, then the camera's tool") {
    std::string_view text = "[camera.north.imgsnap]\nevery = \"5m\"\n"
                            "[camera.north]\nsource = \"rtsp://n/\"\n"
                            "[imgsnap]\nevery = \"1m\"\n";
    CHECK(entries_of(text) == ":6 every=<1m>\n:4 source=<rtsp://n/> shared\n:2 every=<5m>\n");
}

TEST_CASE("read_config: other tools and other cameras do not concern us") {
    std::string_view text = "[imggif]\ndelay = 3\n[imgsnap]\ncount = 1\n"
                            "[camera.south]\ntz = \"UTC\"\n[camera.south.imgsnap]\ncount = 2\n"
                            "[camera.north.imggif]\ndelay = 4\n";
    CHECK(entries_of(text) == ":4 count=<1>\n");
    CHECK(entries_of(text, "imgsnap", "") == ":4 count=<1>\n");
    CHECK(entries_of(text, "imggif", "north") == ":2 delay=<3>\n:10 delay=<4>\n");
    CHECK(entries_of(text, "imgsnap", "south") ==
          ":4 count=<1>\n:6 tz=<UTC> shared\n:8 count=<2>\n");
}

TEST_CASE("read_config: comments, blanks, quotes, arrays and numbers") {
    CHECK(entries_of("# count = 9\n\n  [imgsnap]  # ours\n"
                     "  output = [\"a b.jpg\", '{camera}/%Y.jpg']  # two\n"
                     "count=-5\nquiet = true\nx-y = \"# no comment\"\n") ==
          ":4 output=<a b.jpg><{camera}/%Y.jpg>\n:5 count=<-5>\n:6 quiet=<true>\n:7 x-y=<# no "
          "comment>\n");
}

TEST_CASE("read_config: an empty file and one of comments have no entries") {
    CHECK(entries_of("").empty());
    CHECK(entries_of("# nothing\n\n").empty());
    CHECK(entries_of("[imgsnap]\n[camera.north]\n").empty());
}

TEST_CASE("read_config: a file written on Windows reads the same") {
    CHECK(entries_of("[imgsnap]\r\ncount = 3\r\noutput = \"a.jpg\"\r\n") ==
          ":2 count=<3>\n:3 output=<a.jpg>\n");
}

TEST_CASE("read_config: a key outside a section that is known names its line") {
    std::string place = ": a key stands in [imgTOOL], [camera.NAME] or [camera.NAME.imgTOOL]";
    CHECK(refusal("\ncount = 1\n") == "imgseq.toml:2" + place);
    CHECK(refusal("[snap]\ncount = 1\n") == "imgseq.toml:2" + place);
    CHECK(refusal("[camera]\ntz = \"UTC\"\n") == "imgseq.toml:2" + place);
    CHECK(refusal("[camera.a.b]\ntz = \"UTC\"\n") == "imgseq.toml:2" + place);
    CHECK(refusal("[camera.a.imgsnap.x]\ntz = \"UTC\"\n") == "imgseq.toml:2" + place);
}

TEST_CASE("read_config: a camera's facts are known, of any camera") {
    for (const char* camera : {"north", "south"})
        CHECK(refusal(str("[camera.", camera, "]\ntz = \"UTC\"\nheight = 3\n")) ==
              "imgseq.toml:3: a camera has no key 'height'; it has source, user, password-file, "
              "tz, lat, lon and weather, and [camera.NAME.imgTOOL] holds a tool's own options");
}

TEST_CASE("read_config: a password is refused wherever it stands, and not shown") {
    for (const char* section :
         {"[imgsnap]", "[imggif]", "[camera.north]", "[camera.south]", "[camera.south.imggif]"})
        CHECK(refusal(str(section, "\npassword = \"SECRET\"\n")) ==
              "imgseq.toml:2: passwords do not stand in imgseq.toml; put it into a file of mode "
              "0600 and name that with password-file");
}

TEST_CASE("read_config: a file that is missing, a directory or too large is a usage error") {
    Scratch scratch;
    auto why = [](const fs::path& file) -> std::string {
        try {
            read_config(file.string(), "imgsnap", "");
        } catch (const Error& error) {
            CHECK(error.status() == Exit::usage);
            return error.what();
        }
        return "";
    };
    CHECK(why(scratch / "none") ==
          "configuration file " + (scratch / "none").string() + ": No such file or directory");
    CHECK(why(scratch.path()) ==
          "configuration file " + scratch.path().string() + ": Is a directory");
    CHECK(why("/dev/zero") == "configuration file /dev/zero: larger than 1048576 bytes");
}

TEST_CASE("read_config: the user's own file is found by XDG_CONFIG_HOME, else below HOME") {
    Scratch scratch;
    for (const char* name : {"xdg/imgseq", "home/.config/imgseq"}) {
        fs::create_directories(scratch / name);
        write_file(scratch / name / "imgseq.toml",
                   bytes_of(str("[imgsnap]\noutput = \"", name, "\"\n")));
    }
    std::string home = (scratch / "home").string(), xdg = (scratch / "xdg").string();
    auto output = [] {
        std::vector<ConfigEntry> entries = read_config("", "imgsnap", "");
        return entries.empty() ? std::string{} : entries.back().values.at(0);
    };
    Variable set_home{"HOME", home.c_str()};
    {
        Variable set_xdg{"XDG_CONFIG_HOME", xdg.c_str()};
        CHECK(output() == "xdg/imgseq");
    }
    for (const char* unset : {static_cast<const char*>(nullptr), ""}) { // empty is as if unset
        Variable set_xdg{"XDG_CONFIG_HOME", unset};
        CHECK(output() == "home/.config/imgseq");
    }
    Variable no_home{"HOME", nullptr}, no_xdg{"XDG_CONFIG_HOME", nullptr};
    CHECK_NOTHROW(read_config("", "imgsnap", ""));
}
