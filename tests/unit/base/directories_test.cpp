#include "base/directories.hpp"

#include "base/error.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <string>

using namespace img;

TEST_CASE("state_directory: the option, then systemd's, then the user's") {
    auto set = [](const char* name, const char* value) {
        value ? ::setenv(name, value, 1) : ::unsetenv(name);
    };
    const char* home = std::getenv("HOME");
    std::string home_before = home ? home : "";
    set("STATE_DIRECTORY", "/var/lib/imgseq:/var/lib/other");
    set("XDG_STATE_HOME", "/xdg");
    CHECK(state_directory("given") == "given");
    CHECK(state_directory("") == "/var/lib/imgseq");
    set("STATE_DIRECTORY", nullptr);
    CHECK(state_directory("") == "/xdg/imgseq");
    set("XDG_STATE_HOME", "relative");
    set("HOME", "/home/me");
    CHECK(state_directory("") == "/home/me/.local/state/imgseq");
    set("HOME", nullptr);
    CHECK_THROWS_AS(state_directory(""), Error);
    set("XDG_STATE_HOME", nullptr);
    if (home)
        set("HOME", home_before.c_str());
}

TEST_CASE("cache_directory: the option, then the user's") {
    CHECK(cache_directory("given") == "given");
    ::setenv("XDG_CACHE_HOME", "/xdg", 1);
    CHECK(cache_directory("") == "/xdg/imgseq");
    ::unsetenv("XDG_CACHE_HOME");
}
