#include "base/error.hpp"

#include <cerrno>
#include <doctest/doctest.h>

using namespace img;

namespace {

Error of_errno(int number) {
    try {
        throw_errno("/srv/a.jpg", number);
    } catch (const Error& error) {
        return error;
    }
}

} // namespace

TEST_CASE("throw_errno: says the place, then the system's text") {
    CHECK(std::string{of_errno(ENOENT).what()} == "/srv/a.jpg: No such file or directory");
}

TEST_CASE("throw_errno: what may pass by itself is unavailable") {
    for (int number : {ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, EAGAIN, EBUSY, ENODEV, EADDRINUSE})
        CHECK_MESSAGE(of_errno(number).status() == Exit::unavailable, number);
}

TEST_CASE("throw_errno: what would fail again is failed") {
    for (int number : {ENOENT, EACCES, EPERM, EISDIR, ENOTDIR, EROFS, EINVAL, ENAMETOOLONG, ELOOP})
        CHECK_MESSAGE(of_errno(number).status() == Exit::failed, number);
}

TEST_CASE("Exit: the numbers are the interface of cron and systemd") {
    CHECK(static_cast<int>(Exit::ok) == 0);
    CHECK(static_cast<int>(Exit::failed) == 1);
    CHECK(static_cast<int>(Exit::usage) == 2);
    CHECK(static_cast<int>(Exit::unavailable) == 75);
    CHECK(Error{"x"}.status() == Exit::failed);
}
