#include "base/processor.hpp"

#include <doctest/doctest.h>
#include <fstream>
#include <sstream>
#include <string>

using namespace img;

TEST_CASE("has_aes: it agrees with what the system lists of the processor") {
    std::ifstream list{"/proc/cpuinfo"};
    bool is_listed = false;
    for (std::string line, word; std::getline(list, line);) {
        if (!line.starts_with("flags") && !line.starts_with("Features"))
            continue;
        for (std::istringstream words{line}; words >> word;)
            is_listed |= word == "aes";
    }
    CHECK(has_aes() == is_listed);
}
