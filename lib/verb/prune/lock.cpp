// One program at a time removes files below a directory.

#include "verb/prune.hpp"

#include "base/log.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

namespace img {

PruneLock::PruneLock(const fs::path& directory)
    : fd_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (!fd_)
        throw_errno(directory.string(), errno);
    while (::flock(*fd_, LOCK_EX | LOCK_NB) != 0) {
        switch (errno) {
        case EINTR:
            continue;
        case EWOULDBLOCK:
            throw Error(str(directory.string(), ": another imgprune works on it"),
                        Exit::unavailable);
        case ENOLCK:
        case EOPNOTSUPP:
        case ENOSYS:
        case EINVAL:
        case EBADF: // NFS locks only what is open for writing, which a directory never is
            log_detail(str(directory.string(), ": no locks: ", std::strerror(errno)));
            return;
        default:
            throw_errno(directory.string(), errno);
        }
    }
}

} // namespace img
