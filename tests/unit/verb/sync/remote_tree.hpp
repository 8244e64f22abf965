// What tests of remotes share: an archive and a target that go with the test, and what is told.
#pragma once

#include "../../scratch.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "verb/sync/remote.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace img {

/// What a remote told of a batch.
struct Told {
    std::vector<std::string> order; ///< of what arrived
    std::set<std::string> arrived, refused, gone;
    std::vector<std::string> why;
    std::uint64_t sent = 0;
    int times = 0; ///< how often it told anything
    std::string error;
    Exit status = Exit::ok;
};

class RemoteTree {
public:
    RemoteTree() {
        fs::create_directory(archive());
        fs::create_directory(target());
    }

    fs::path archive() const { return scratch_ / "archive"; }
    fs::path target() const { return scratch_ / "target"; }
    fs::path operator/(const std::string& name) const { return scratch_ / name; }

    /// Makes a file of the archive, and lists it.
    void add(const std::string& path, const std::string& content) {
        make_directory_for(archive() / path);
        // Without the disk, since there may be many.
        std::ofstream{(archive() / path).string(), std::ios::binary} << content;
        list(path);
    }
    /// A frame is what its name begins with the year for.
    void list(const std::string& path) {
        struct stat about {};
        ::stat((archive() / path).c_str(), &about);
        SyncFile file{path, static_cast<std::uint64_t>(about.st_size),
                      about.st_mtim.tv_sec * 1'000'000'000LL + about.st_mtim.tv_nsec};
        if (path.substr(path.rfind('/') + 1).starts_with("20"))
            file.time = Instant{};
        files_.push_back(file);
    }
    const SyncFile& listed(const std::string& path) const {
        return *std::find_if(files_.begin(), files_.end(),
                             [&](const SyncFile& file) { return file.path == path; });
    }

    Told send(Remote& remote) const {
        Told told;
        SyncEvents events;
        events.arrived = [&](std::size_t i) {
            told.arrived.insert(files_.at(i).path);
            told.order.push_back(files_.at(i).path);
            ++told.times;
        };
        events.refused = [&](std::size_t i, const std::string& why) {
            told.refused.insert(files_.at(i).path);
            told.why.push_back(why);
            ++told.times;
        };
        events.gone = [&](std::size_t i) {
            told.gone.insert(files_.at(i).path);
            ++told.times;
        };
        events.sent = [&](std::uint64_t bytes) { told.sent += bytes; };
        try {
            remote.send(files_, events);
        } catch (const Error& error) {
            told.error = error.what();
            told.status = error.status();
        }
        return told;
    }

    /// Paths of files and empty directories in the target.
    std::set<std::string> names_there() const {
        std::set<std::string> names;
        for (const auto& entry : fs::recursive_directory_iterator(target()))
            if (!fs::is_directory(entry) || fs::is_empty(entry))
                names.insert(entry.path().string().substr(target().string().size() + 1));
        return names;
    }
    std::string arrived_as(const std::string& path) const {
        return std::string{text_of(read_file(target() / path))};
    }
    /// Paths that are not the same here and there.
    std::set<std::string> difference() const {
        std::set<std::string> names = names_there();
        for (const SyncFile& file : files_)
            if (!fs::exists(target() / file.path) ||
                read_file(target() / file.path) != read_file(archive() / file.path))
                names.insert("different: " + file.path);
            else
                names.erase(file.path);
        return names;
    }

private:
    Scratch scratch_;
    std::vector<SyncFile> files_;
};

} // namespace img
