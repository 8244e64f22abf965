// Notices when the files of a certificate change, however that is done.
#pragma once

#include "base/file.hpp"
#include "base/fs.hpp"

#include <string>
#include <vector>

namespace img {

/// Watches the directories of the files, and of what they are links to: certbot renames links,
/// others replace files or swap whole directories (inotify(7)). Where that cannot be had, changed()
/// still tells, when it is asked now and then.
class CertificateWatch {
public:
    explicit CertificateWatch(std::vector<fs::path> files);

    /// Readable when something happened there; -1 without inotify.
    int fd() const { return *events_; }
    /// Reads what happened, and follows links that lead elsewhere now.
    void drain();
    /// Whether the files are others than when it was last asked: identity, size and times.
    bool changed();

private:
    std::vector<fs::path> files_;
    Fd events_;
    std::string seen_; ///< what they were
};

} // namespace img
