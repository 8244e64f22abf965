#include "base/log.hpp"

#include "../scratch.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

/// What the three kinds of line give on stderr at `level`.
std::string shown_at(LogLevel level) {
    Captured err{STDERR_FILENO};
    set_log("imgfoo", level);
    log_error("frame 17: not a JPEG");
    log_note("a note");
    log_detail("a detail");
    set_log("imgseq", LogLevel::normal);
    return err.text();
}

} // namespace

TEST_CASE("log: quiet shows errors, verbose shows all, each on a line behind the program's name") {
    CHECK(shown_at(LogLevel::quiet) == "imgfoo: frame 17: not a JPEG\n");
    CHECK(shown_at(LogLevel::normal) == "imgfoo: frame 17: not a JPEG\nimgfoo: a note\n");
    CHECK(shown_at(LogLevel::verbose) ==
          "imgfoo: frame 17: not a JPEG\nimgfoo: a note\nimgfoo: a detail\n");
}
