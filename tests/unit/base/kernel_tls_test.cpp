#include "base/kernel_tls.hpp"

#include "base/fs.hpp"

#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <string>

using namespace img;

TEST_CASE("kernel_has_tls: the kernel lists what it says to have, and no descriptor stays open") {
    auto open_descriptors = [] {
        return std::distance(fs::directory_iterator("/proc/self/fd"), {});
    };
    auto before = open_descriptors();
    bool has = kernel_has_tls();
    CHECK(open_descriptors() == before);
    CHECK(kernel_has_tls() == has);
    std::ifstream list{"/proc/sys/net/ipv4/tcp_available_ulp"};
    std::string each;
    bool is_listed = false;
    while (list >> each)
        is_listed |= each == "tls";
    if (has)
        CHECK(is_listed);
}
