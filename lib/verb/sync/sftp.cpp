// A remote that sftp writes to, for hosts without rsync.

#include "verb/sync/sftp.hpp"

#include "base/process.hpp"
#include "base/text.hpp"
#include "verb/sync/ssh.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <string_view>

namespace img {

namespace {

/// sftp cuts lines at 2047 bytes and takes the rest for another command.
constexpr std::size_t longest_command = 2'000;
/// NAME_MAX, less the dot and the suffix of a file on its way.
constexpr std::size_t longest_name = 255 - 6;
/// Bytes a second below which a link counts as dead.
constexpr std::uint64_t slowest = 8 * 1024;
/// How many commands a session begins with; the last of them goes to the target.
constexpr std::size_t commands_of_begin = 2;
constexpr std::string_view prompt = "sftp> ";

bool says(std::string_view words, std::string_view text) {
    return words.find(text) != std::string_view::npos;
}

/// The commands of one session, and which file each is for.
struct Session {
    std::string commands;
    /// Of each command that ends a file: how many commands were given by then, and the file.
    struct Last {
        std::size_t commands;
        std::size_t file;
    };
    std::vector<Last> lasts;
    std::size_t count = 0;
    std::uint64_t largest = 0;

    void add(const std::string& command) {
        commands += command + "\n";
        ++count;
    }
};

class SftpRemote : public Remote {
public:
    SftpRemote(const std::string& address, const fs::path& archive, const RemoteOptions& options)
        : address_(parse_sftp_address(address)), archive_(fs::absolute(archive)),
          options_(options) {
        ssh_options(options, address_.port); // whether they make sense
        if (!sftp_word(archive_.string()) || !sftp_word(address_.path))
            throw Error(str(printable(address), ": sftp cannot be told this name"), Exit::usage);
    }

    /// What fails ends sftp, so there may be several sessions.
    void send(const std::vector<SyncFile>& files, const SyncEvents& events) override {
        std::vector<std::size_t> left(files.size());
        std::iota(left.begin(), left.end(), std::size_t{0});
        while (!left.empty())
            left = send_some(files, left, events);
    }

    void remove(const std::vector<std::string>& paths,
                const std::function<void(std::size_t)>& removed) override {
        Session session;
        begin(session);
        for (const std::string& path : paths)
            if (const auto word = remote_word(path))
                session.add("-rm " + *word);
        std::string trouble;
        std::size_t begun = 0;
        const ChildEnd end = run(
            session, [&](std::string_view line) { begun += line.starts_with(prompt); },
            [&](std::string_view line) {
                // What is not there is as if it had been deleted.
                if ((says(line, "delete ") || says(line, "Couldn't")) &&
                    !says(line, "No such file") && trouble.empty())
                    trouble = printable(line);
            });
        if (end.how != ChildEnd::How::exited || end.status != 0)
            throw_end(end, begun);
        if (!trouble.empty())
            throw Error(str(place(), ": ", trouble));
        for (std::size_t i = 0; i < paths.size(); ++i)
            removed(i);
    }

    std::size_t batch() const override { return 1'000; }

private:
    /// Sends those of `chosen` in one session, as far as it goes; what is left after it.
    std::vector<std::size_t> send_some(const std::vector<SyncFile>& files,
                                       const std::vector<std::size_t>& chosen,
                                       const SyncEvents& events) {
        Session session;
        begin(session);
        std::set<std::string> made;
        for (std::size_t i : chosen)
            if (!is_as_listed(archive_, files[i]))
                events.gone(i);
            else if (!add_file(session, i, files[i], made))
                events.refused(i, "its name is too long for sftp, or has a line break");
        if (session.lasts.empty())
            return {};
        std::size_t begun = 0, told = 0;
        const auto tell_until = [&](std::size_t commands) {
            for (; told < session.lasts.size() && session.lasts[told].commands <= commands; ++told)
                tell(session.lasts[told].file, files, events);
        };
        const ChildEnd end = run(
            session,
            [&](std::string_view line) {
                // A command that begins says that the one before is done.
                if (line.starts_with(prompt))
                    tell_until(begun++);
            },
            nullptr);
        if (end.how == ChildEnd::How::exited && end.status == 0)
            tell_until(session.count);
        else
            tell_why(end, session, begun, told++, files, events);
        std::vector<std::size_t> left;
        for (; told < session.lasts.size(); ++told)
            left.push_back(session.lasts[told].file);
        return left;
    }

    /// What the end of a session was about, if about one file; else throws.
    void tell_why(const ChildEnd& end, const Session& session, std::size_t begun, std::size_t told,
                  const std::vector<SyncFile>& files, const SyncEvents& events) const {
        if (end.how != ChildEnd::How::exited || told >= session.lasts.size())
            throw_end(end, begun);
        const Session::Last& in_hand = session.lasts[told];
        if (!is_as_listed(archive_, files[in_hand.file]))
            events.gone(in_hand.file);
        else if (begun == in_hand.commands && says(end.errors, "rename"))
            // All of it was written. A directory has its name, or the server can replace nothing.
            events.refused(in_hand.file, last_words(end.errors));
        else
            throw_end(end, begun);
    }

    void tell(std::size_t i, const std::vector<SyncFile>& files, const SyncEvents& events) {
        if (!is_as_listed(archive_, files[i])) {
            events.gone(i);
            return;
        }
        events.arrived(i);
        if (events.sent)
            events.sent(files[i].bytes);
    }

    void begin(Session& session) const {
        // Lines are short, so names here are below the archive.
        session.add("lcd " + *sftp_word(archive_.string()));
        session.add(to_target());
    }
    /// It must be there: below a disk that is not mounted nothing is to be made.
    std::string to_target() const {
        return "cd " + *sftp_word(address_.path.empty() ? "." : address_.path);
    }

    /// Commands that bring one file there under a hidden name and give it its own, at once in place
    /// of another's. sftp checks that each write was done. False where its name cannot be said.
    static bool add_file(Session& session, std::size_t index, const SyncFile& file,
                         std::set<std::string>& made) {
        const std::size_t slash = file.path.rfind('/') + 1; // 0 without one
        const std::string directory = file.path.substr(0, slash);
        const auto here = sftp_word("./" + file.path);
        const auto part = sftp_word("./" + directory + "." + file.path.substr(slash) + ".part");
        if (!here || !part || file.path.size() - slash > longest_name ||
            here->size() + part->size() > longest_command)
            return false;
        for (std::size_t end = 0; (end = directory.find('/', end)) != std::string::npos; ++end)
            if (made.insert(directory.substr(0, end)).second)
                session.add("-mkdir " + *sftp_word("./" + directory.substr(0, end)));
        session.add("put -p " + *here + " " + *part);
        session.add("rename " + *part + " " + *here);
        session.lasts.push_back({session.count, index});
        session.largest = std::max(session.largest, file.bytes);
        return true;
    }

    std::optional<std::string> remote_word(const std::string& path) const {
        const auto word = sftp_word("./" + path);
        return word && word->size() <= longest_command ? word : std::nullopt;
    }

    ChildEnd run(const Session& session, const std::function<void(std::string_view)>& on_line,
                 const std::function<void(std::string_view)>& on_error_line) const {
        Child child;
        child.command = {"sftp", "-b", "-"};
        for (const std::string& option : ssh_options(options_, address_.port))
            child.command.push_back(option);
        if (options_.bandwidth) { // in Kbit a second
            const std::uint64_t limit = std::max<std::uint64_t>(8, *options_.bandwidth / 128);
            child.command.insert(child.command.end(), {"-l", std::to_string(limit)});
        }
        child.command.insert(child.command.end(), {"--", address_.login()});
        child.input = session.commands;
        child.environment = plain_words();
        child.silence = longest_silence(session.largest);
        child.on_line = on_line;
        child.on_error_line = on_error_line;
        return run_over_ssh(child, options_);
    }

    /// sftp says nothing while a file is under way.
    Duration longest_silence(std::uint64_t largest) const {
        std::uint64_t speed = slowest;
        if (options_.bandwidth)
            speed = std::max<std::uint64_t>(1, std::min(speed, *options_.bandwidth / 2));
        return options_.connect_timeout + options_.silence +
               std::chrono::seconds{static_cast<std::int64_t>(largest / speed)};
    }

    std::string place() const { return printable(address_.shown()); }

    /// Of a session that did not end well, while the command of number `begun` was done.
    [[noreturn]] void throw_end(const ChildEnd& end, std::size_t begun) const {
        require_own_end(end, place());
        if (const auto trouble = ssh_trouble(address_, options_, end.errors))
            throw Error(*trouble);
        const std::string words = last_words(end.errors);
        if (begun == commands_of_begin && says(words, "No such file"))
            throw Error(place() + ": this directory is not there");
        // Version 3 of the protocol has no word for a full disk but "Failure".
        const bool refused = says(words, "Permission denied") || says(words, "No such file") ||
                             says(words, "not found") || says(words, "Read-only");
        throw Error(str(place(), ": ", words.empty() ? "sftp failed" : words),
                    refused ? Exit::failed : Exit::unavailable);
    }

    SshAddress address_;
    fs::path archive_;
    RemoteOptions options_;
};

} // namespace

std::unique_ptr<Remote> open_sftp(const std::string& address, const fs::path& archive,
                                  const RemoteOptions& options) {
    return std::make_unique<SftpRemote>(address, archive, options);
}

std::optional<std::string> sftp_word(std::string_view name) {
    std::string word;
    for (char letter : name) {
        if (letter == '\n' || letter == '\0')
            return std::nullopt;
        if (std::string_view{" \t\r\v\f\"'\\#?*["}.find(letter) != std::string_view::npos)
            word += '\\';
        word += letter;
    }
    return word;
}

} // namespace img
