// Fetching an archive from a host that may not call us.

#include "verb/sync/pull.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "verb/sync/rsync.hpp"

#include <array>
#include <string_view>

namespace img {

namespace {

constexpr std::array<const char*, 3> pointers{"latest.*", "index.*", "*.json"};

enum class Part { others, pointers };

class Pull {
public:
    Pull(const std::string& address, const fs::path& directory, const RemoteOptions& options,
         PullMode mode, const std::function<void(const std::string&, std::uint64_t)>& on_file)
        : address_(parse_ssh_address(address)), directory_(fs::absolute(directory)),
          options_(options), mode_(mode), on_file_(on_file) {
        // What is in it, not the directory itself.
        if (!address_.path.empty() && !address_.path.ends_with('/'))
            address_.path += '/';
    }

    PullReport run() {
        if (mode_ == PullMode::fetch)
            make_directory_for(directory_ / "frame");
        fetch(Part::others);
        fetch(Part::pointers);
        return report_;
    }

private:
    void fetch(Part part) {
        Child child = rsync_child(options_);
        // Permissions are ours. Links that lead to where we do not look would dangle.
        for (const char* option :
             {"--recursive", "--links", "--safe-links", "--times", "--omit-dir-times",
              "--whole-file", "--out-format=%l %n", "--exclude=.*"})
            child.command.emplace_back(option);
        if (mode_ == PullMode::list)
            child.command.emplace_back("--dry-run");
        if (part == Part::pointers) {
            // One may have changed within the second, and kept its size.
            for (const char* option : {"--checksum", "--prune-empty-dirs", "--include=*/"})
                child.command.emplace_back(option);
            for (const char* pattern : pointers)
                child.command.push_back(str("--include=", pattern));
            child.command.emplace_back("--exclude=*");
        } else {
            for (const char* pattern : pointers)
                child.command.push_back(str("--exclude=", pattern));
        }
        child.command.insert(child.command.end(),
                             {"--", address_.shown(), directory_.string() + "/"});
        child.on_line = [&](std::string_view line) { count(line); };
        check_rsync_end(run_over_ssh(child, options_), address_, options_);
    }

    /// "BYTES NAME"; a directory's name ends with a slash. Other lines are messages.
    void count(std::string_view line) {
        const std::size_t blank = line.find(' ');
        if (blank == std::string_view::npos || line.ends_with('/'))
            return;
        const auto bytes = parse_int(line.substr(0, blank));
        if (!bytes || *bytes < 0)
            return;
        ++report_.files;
        report_.bytes += static_cast<std::uint64_t>(*bytes);
        if (on_file_)
            on_file_(std::string{line.substr(blank + 1)}, static_cast<std::uint64_t>(*bytes));
    }

    SshAddress address_;
    fs::path directory_;
    const RemoteOptions& options_;
    PullMode mode_;
    const std::function<void(const std::string&, std::uint64_t)>& on_file_;
    PullReport report_;
};

} // namespace

PullReport pull(const std::string& address, const fs::path& directory, const RemoteOptions& options,
                PullMode mode,
                const std::function<void(const std::string&, std::uint64_t)>& on_file) {
    return Pull{address, directory, options, mode, on_file}.run();
}

} // namespace img
