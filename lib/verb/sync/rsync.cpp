// A remote that rsync writes to over ssh.

#include "verb/sync/rsync.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <unistd.h>
#include <unordered_map>
#include <unordered_set>

namespace img {

namespace {

/// rsync's exit statuses (rsync(1)).
constexpr int partial = 23, vanished = 24;
/// Of what rsync says about single files, so many lines are kept.
constexpr std::size_t most_words = 1'000;

/// A word of rsync's --rsh, which it splits at blanks.
std::string rsh_word(std::string_view word) {
    std::string quoted = "'";
    for (char letter : word) {
        quoted += letter;
        if (letter == '\'')
            quoted += letter;
    }
    return quoted + "'";
}

std::string rsh(const RemoteOptions& options) {
    std::string command = "ssh";
    for (const std::string& word : ssh_options(options, std::nullopt))
        command += " " + rsh_word(word);
    return command;
}

bool says(std::string_view words, std::string_view text) {
    return words.find(text) != std::string_view::npos;
}

/// rsync sorts what it is given in one run, so what must come later comes in a later one.
int rank(const SyncFile& file) {
    return file.time ? 0 : is_pointer(file.path) ? 2 : 1;
}

/// Names for --files-from with --from0. The dot is for names that begin with # or ;, comments
/// otherwise.
void add_name(std::string& list, const std::string& path) {
    list += "./";
    list += path;
    list += '\0';
}

/// Whether a line of rsync is about the file, or about the temporary one that becomes it.
bool is_about(std::string_view line, const std::string& path) {
    const std::string printed = as_rsync_prints(path);
    const std::size_t slash = printed.rfind('/') + 1;
    const std::size_t at = line.rfind(printed);
    if (at != std::string_view::npos && at > 0 && (line[at - 1] == '/' || line[at - 1] == ' ') &&
        (at + printed.size() == line.size() || line[at + printed.size()] == '"'))
        return true;
    return says(line, str("/", printed.substr(0, slash), ".", printed.substr(slash), "."));
}

/// Why the remote will never take a file, by what is said of it; "" when it may.
std::string why_never(const std::vector<std::string>& words, const std::string& path) {
    for (const std::string& line : words) {
        if (!is_about(line, path))
            continue;
        for (std::string_view never :
             {"could not make way", "non-empty directory", "Is a directory (21)",
              "Not a directory (20)", "Invalid argument (22)", "File too large (27)",
              "File name too long (36)", "Invalid or incomplete multibyte"})
            if (says(line, never))
                return printable(line);
    }
    return "";
}

/// Directories and nothing in them, which end with it.
class EmptyTree {
public:
    EmptyTree() {
        std::string name = (fs::temp_directory_path() / "imgsync-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw_errno(name, errno);
        path_ = name;
    }
    EmptyTree(const EmptyTree&) = delete;
    EmptyTree& operator=(const EmptyTree&) = delete;
    ~EmptyTree() {
        boost::system::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

class RsyncRemote : public Remote {
public:
    RsyncRemote(const std::string& address, const fs::path& archive, const RemoteOptions& options)
        : address_(parse_ssh_address(address)), archive_(fs::absolute(archive)), options_(options) {
        ssh_options(options, std::nullopt); // whether they make sense
    }

    void send(const std::vector<SyncFile>& files, const SyncEvents& events) override {
        for (std::size_t begin = 0, end; begin < files.size(); begin = end) {
            end = begin;
            while (end < files.size() && rank(files[end]) == rank(files[begin]))
                ++end;
            send_alike(files, begin, end, events);
        }
    }

    void remove(const std::vector<std::string>& paths,
                const std::function<void(std::size_t)>& removed) override {
        if (paths.empty())
            return;
        Child child = writing_child();
        // What is missing here is deleted there, and here is a tree that holds no files at all. It
        // has their directories, since rsync grumbles at names in missing ones.
        const EmptyTree tree;
        std::unordered_set<std::string> made;
        for (const std::string& path : paths) {
            add_name(child.input, path);
            const fs::path directory = tree.path() / path;
            if (made.insert(directory.parent_path().string()).second)
                make_directory_for(directory);
        }
        // Even if there were one, it would not be sent.
        for (const char* option : {"--delete-missing-args", "--existing", "--ignore-existing"})
            child.command.emplace_back(option);
        add_operands(child, tree.path());
        finish(run_over_ssh(child, options_));
        for (std::size_t i = 0; i < paths.size(); ++i)
            removed(i);
    }

    /// A run begins with a handshake of up to a second, and tells nothing before its end.
    std::size_t batch() const override { return 10'000; }

private:
    /// Files begin to end, in the order of their names.
    void send_alike(const std::vector<SyncFile>& files, std::size_t begin, std::size_t end,
                    const SyncEvents& events) {
        std::vector<std::size_t> sent;
        std::string names;
        for (std::size_t i = begin; i < end; ++i)
            if (is_as_listed(archive_, files[i])) {
                sent.push_back(i);
                add_name(names, files[i].path);
            } else {
                events.gone(i);
            }
        if (sent.empty())
            return;
        std::vector<std::string> words;
        const ChildEnd result = transfer(names, files[begin], events, words);
        if (result.how != ChildEnd::How::exited || result.status != partial) {
            finish(result);
            for (std::size_t i : sent)
                tell(i, files, events);
            return;
        }
        // Some did not arrive. rsync says why, but only by another look which.
        const std::unordered_set<std::size_t> there = found_there(files, sent, names);
        bool all_told = true;
        for (std::size_t i : sent)
            if (there.contains(i) || !is_as_listed(archive_, files[i]))
                tell(i, files, events);
            else if (const std::string why = why_never(words, files[i].path); !why.empty())
                events.refused(i, why);
            else
                all_told = false;
        if (!all_told)
            finish(result);
    }

    /// What has changed while it was sent may have arrived as it was before or after.
    void tell(std::size_t i, const std::vector<SyncFile>& files, const SyncEvents& events) {
        if (is_as_listed(archive_, files[i]))
            events.arrived(i);
        else
            events.gone(i);
    }

    Child writing_child() const {
        Child child = rsync_child(options_);
        // No implied directories: those that are there keep their permissions and times.
        for (const char* option : {"--files-from=-", "--from0", "--no-implied-dirs"})
            child.command.emplace_back(option);
        return child;
    }
    Child sending_child(const std::string& names) const {
        Child child = writing_child();
        child.input = names;
        for (const char* option : {"--times", "--copy-links", "--ignore-missing-args"})
            child.command.emplace_back(option);
        return child;
    }
    void add_operands(Child& child, const fs::path& from) const {
        child.command.emplace_back("--");
        child.command.push_back(from.string() + "/");
        child.command.push_back(address_.shown());
    }

    ChildEnd transfer(const std::string& names, const SyncFile& example, const SyncEvents& events,
                      std::vector<std::string>& words) const {
        Child child = sending_child(names);
        child.command.emplace_back("--whole-file");
        // A frame of the same size and second is the same. A pointer may have changed within it.
        if (!example.time)
            child.command.emplace_back("--ignore-times");
        // A line of each file costs as much as the file, so they are asked for if somebody listens.
        if (events.sent) {
            child.command.emplace_back("--out-format=%l");
            child.on_line = [&](std::string_view line) {
                if (const auto bytes = parse_int(line))
                    events.sent(static_cast<std::uint64_t>(*bytes));
            };
        }
        child.on_error_line = [&](std::string_view line) {
            if (words.size() < most_words)
                words.emplace_back(line);
        };
        add_operands(child, archive_);
        return run_over_ssh(child, options_);
    }

    /// Those of `sent` that rsync finds there as they are here.
    std::unordered_set<std::size_t> found_there(const std::vector<SyncFile>& files,
                                                const std::vector<std::size_t>& sent,
                                                const std::string& names) const {
        std::unordered_map<std::string, std::size_t> by_name;
        for (std::size_t i : sent)
            by_name.emplace(as_rsync_prints(files[i].path), i);
        std::unordered_set<std::size_t> there;
        Child child = sending_child(names);
        for (const char* option :
             {"--dry-run", "--itemize-changes", "--itemize-changes", "--out-format=%i %n"})
            child.command.emplace_back(option);
        if (!files[sent.front()].time)
            child.command.emplace_back("--checksum");
        child.on_line = [&](std::string_view line) {
            // ".f          NAME": nothing would be done.
            const std::size_t width = 12;
            if (line.size() <= width || !line.starts_with(".f"))
                return;
            const auto known = by_name.find(std::string{line.substr(width)});
            if (known != by_name.end())
                there.insert(known->second);
        };
        add_operands(child, archive_);
        const ChildEnd end = run_over_ssh(child, options_);
        if (end.how != ChildEnd::How::exited || end.status != partial)
            finish(end);
        return there;
    }

    void finish(const ChildEnd& end) const { check_rsync_end(end, address_, options_); }

    SshAddress address_;
    fs::path archive_;
    RemoteOptions options_;
};

} // namespace

std::unique_ptr<Remote> open_rsync(const std::string& address, const fs::path& archive,
                                   const RemoteOptions& options) {
    return std::make_unique<RsyncRemote>(address, archive, options);
}

Child rsync_child(const RemoteOptions& options) {
    Child child;
    const auto silence = std::chrono::ceil<std::chrono::seconds>(options.silence).count();
    child.command = {"rsync", "--rsh=" + rsh(options), "--8-bit-output", "--outbuf=L",
                     str("--timeout=", std::max<long long>(1, silence))};
    if (options.bandwidth)
        child.command.push_back(
            str("--bwlimit=", std::max<std::uint64_t>(1, *options.bandwidth / 1024)));
    child.environment = plain_words();
    // How arguments reach the remote is rsync's default whatever the user's is: rrsync(1) takes no
    // other. Names are bytes.
    for (const char* variable : {"RSYNC_PROTECT_ARGS=0", "RSYNC_OLD_ARGS=0", "RSYNC_ICONV="})
        child.environment.emplace_back(variable);
    return child;
}

void check_rsync_end(const ChildEnd& end, const SshAddress& address, const RemoteOptions& options) {
    const std::string place = printable(address.shown());
    require_own_end(end, place);
    if (end.status == 0 || end.status == vanished)
        return;
    for (std::string_view full : {"No space left on device", "Disk quota exceeded"})
        if (says(end.errors, full))
            throw Error(str(place, ": ", line_with(end.errors, full)), Exit::unavailable);
    if (const auto trouble = ssh_trouble(address, options, end.errors))
        throw Error(*trouble);
    const std::string words = last_words(end.errors);
    if (says(end.errors, "[Receiver] mkdir") && says(end.errors, "No such file or directory"))
        throw Error(str(place, ": neither this directory nor the one it is to lie in is there"));
    if (end.status == 127 || says(end.errors, "command not found") ||
        says(end.errors, "rsync: not found"))
        throw Error(str(place, ": there is no rsync on that host"));
    // Sockets, files, streams, timeouts, and ssh itself; where the files are the matter, they
    // say so.
    constexpr std::array<int, 7> away{10, 11, 12, 20, 30, 35, 255};
    const bool is_busy = says(end.errors, "Another instance of rrsync");
    const bool refused = says(end.errors, "Permission denied") ||
                         says(end.errors, "Read-only file system") ||
                         says(end.errors, "rrsync error") || says(end.errors, "rrsync: ");
    const bool may_pass =
        is_busy || (!refused && std::find(away.begin(), away.end(), end.status) != away.end());
    throw Error(str(place, ": ", words.empty() ? str("rsync ended with ", end.status) : words),
                may_pass ? Exit::unavailable : Exit::failed);
}

std::string as_rsync_prints(std::string_view path) {
    static constexpr char digits[] = "01234567";
    std::string printed;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const auto letter = static_cast<unsigned char>(path[i]);
        const auto is_digit = [&](std::size_t at) {
            return at < path.size() && path[at] >= '0' && path[at] <= '9';
        };
        const bool like_escape = letter == '\\' && i + 1 < path.size() && path[i + 1] == '#' &&
                                 is_digit(i + 2) && is_digit(i + 3) && is_digit(i + 4);
        if (like_escape || (letter < ' ' && letter != '\t')) {
            printed += "\\#";
            printed += digits[letter >> 6];
            printed += digits[letter >> 3 & 7];
            printed += digits[letter & 7];
        } else {
            printed += path[i];
        }
    }
    return printed;
}

} // namespace img
