// Notices when the files of a certificate change, however that is done.
#pragma once

#include "base/file.hpp"
#include "base/fs.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace img {

/// Watches each directory that leads to the files, and of what they are links to: certbot renames
/// links, others replace files or swap whole directories (inotify(7)). Where that cannot be had,
/// changed() still tells, when it is asked now and then.
class CertificateWatch {
public:
    explicit CertificateWatch(std::vector<fs::path> files);

    /// Readable when something happened there; -1 without inotify.
    int fd() const { return *events_; }
    /// Reads what happened, and follows links that lead elsewhere now. Whether it may concern the
    /// files; other names in the same directories do not.
    bool drain();
    /// Whether the files are others than when it was last asked: identity, size and times.
    bool changed();

private:
    /// The names in a directory that the way to the files leads through.
    using Ways = std::map<std::string, std::set<std::string>>;

    Ways ways() const;
    void watch(const Ways& ways);
    void follow();
    std::string look() const;

    std::vector<fs::path> files_;
    Fd events_;
    std::map<int, std::set<std::string>> names_; ///< that matter, by watch descriptor
    std::string seen_;                           ///< what the files were
};

} // namespace img
