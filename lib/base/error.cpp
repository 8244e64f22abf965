// The one exception type of the library, and the exit status that it becomes.

#include "base/error.hpp"

#include <cerrno>
#include <system_error>

namespace img {

namespace {

Exit status_of_errno(int number) {
    switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EIO:
    case EMFILE:
    case ENFILE:
    case EAGAIN:
    case EBUSY:
    case ENODEV:
    case EADDRINUSE:
        return Exit::unavailable;
    default:
        return Exit::failed;
    }
}

} // namespace

void throw_errno(const std::string& what, int number) {
    throw Error(what + ": " + std::generic_category().message(number), status_of_errno(number));
}

} // namespace img
