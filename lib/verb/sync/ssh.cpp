// What rsync and sftp share: addresses, how ssh is asked, and what its words mean.

#include "verb/sync/ssh.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace img {

namespace {

/// How long a connection that is shared stays without being used.
constexpr std::chrono::seconds unused_connection{60};

bool says(std::string_view words, std::string_view text) {
    return words.find(text) != std::string_view::npos;
}

[[noreturn]] void refuse(const std::string& address, const char* why) {
    throw Error(str(printable(redacted(address)), ": ", why), Exit::usage);
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; });
}

/// Names that stand in a command line of their own: none may look like an option.
void check_names(const SshAddress& parsed, const std::string& address) {
    for (const std::string& name : {parsed.user, parsed.host})
        if (name.starts_with('-') || has_control(name) ||
            name.find_first_of(" \t/'\"\\`$;&|<>(){}*?!") != std::string::npos)
            refuse(address, "not a name of a user or host");
    if (parsed.host.empty())
        refuse(address, "a host is missing");
    if (has_control(parsed.path))
        refuse(address, "control characters in a path");
}

/// "a b%" for ssh's option NAME=PATH, which splits at blanks and replaces what begins with %.
std::string ssh_path_option(const char* name, const std::string& file) {
    const std::string whole = fs::absolute(file).string();
    std::string quoted;
    for (char letter : whole) {
        quoted += letter;
        if (letter == '%')
            quoted += letter;
    }
    if (has_control(quoted) || quoted.find_first_of("\"\\") != std::string::npos ||
        quoted.find("${") != std::string::npos)
        throw Error(str(printable(file), ": ssh cannot be told this name"), Exit::usage);
    return str("-o", name, "=\"", quoted, "\"");
}

std::string ssh_file_option(const char* name, const std::string& file) {
    if (::access(file.c_str(), R_OK) != 0)
        throw Error(str(printable(file), ": ", std::generic_category().message(errno)),
                    Exit::usage);
    return ssh_path_option(name, file);
}

/// Whole seconds, rounded up.
long long seconds(Duration duration) {
    return std::max<long long>(1, std::chrono::ceil<std::chrono::seconds>(duration).count());
}

/// What to do about a key that is not known, or not the one that was.
std::string how_to_trust(const SshAddress& address, const RemoteOptions& options,
                         std::string_view words) {
    const std::optional<int> port = options.port ? options.port : address.port;
    const std::string file = printable(
        options.known_hosts.empty() ? std::string{"~/.ssh/known_hosts"} : options.known_hosts);
    const std::string host = printable(address.host);
    const std::string entry = port && *port != 22 ? str("[", host, "]:", *port) : host;
    const bool old = says(words, "Offending");
    return str(old ? str("'ssh-keygen -f ", file, " -R ", entry, "' forgets the old one, ") : "",
               "'ssh-keyscan ", port ? str("-p ", *port, " ") : "", host, " >> ", file,
               "' adds it; first compare its fingerprint with that on the host, "
               "'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub'");
}

} // namespace

std::string SshAddress::login() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return user.empty() ? name : user + "@" + name;
}

std::string SshAddress::shown() const {
    return login() + ":" + path;
}

SshAddress parse_ssh_address(const std::string& address) {
    SshAddress parsed;
    std::string_view rest = address;
    const std::size_t at = rest.substr(0, rest.find_first_of(":/")).rfind('@');
    if (at != std::string_view::npos) {
        parsed.user = rest.substr(0, at);
        rest.remove_prefix(at + 1);
        if (parsed.user.empty())
            refuse(address, "a user is missing");
    }
    const bool bracket = rest.starts_with('[');
    const std::size_t end = bracket ? rest.find("]:") : rest.find(':');
    if (end == std::string_view::npos)
        refuse(address, "not [user@]host:path");
    parsed.host = bracket ? rest.substr(1, end - 1) : rest.substr(0, end);
    parsed.path = rest.substr(end + (bracket ? 2 : 1));
    if (parsed.path.starts_with(':'))
        refuse(address, "rsync's daemon is not spoken to; with one colon it is ssh");
    check_names(parsed, address);
    return parsed;
}

SshAddress parse_sftp_address(const std::string& address) {
    const Url url = Url::parse(address);
    if (url.scheme != "sftp")
        refuse(address, "not sftp://");
    if (!url.password.empty())
        refuse(address, "ssh takes keys, not passwords");
    const std::optional<std::string> path = percent_decode(url.path);
    if (!path || !url.query.empty())
        refuse(address, "not a path");
    SshAddress parsed;
    parsed.user = url.user;
    parsed.host = url.host;
    if (parsed.host.starts_with('[') && parsed.host.ends_with(']'))
        parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
    parsed.path = path->starts_with("/~/") ? path->substr(3) : *path;
    if (*path == "/~")
        parsed.path = "";
    if (!url.port.empty()) {
        const std::optional<std::int64_t> port = parse_int(url.port);
        if (!port || *port < 1 || *port > 65'535)
            refuse(address, "not a port");
        parsed.port = static_cast<int>(*port);
    }
    check_names(parsed, address);
    return parsed;
}

std::vector<std::string> ssh_options(const RemoteOptions& options, const std::optional<int>& port) {
    std::vector<std::string> all{
        "-oBatchMode=yes",
        "-oStrictHostKeyChecking=yes",
        "-oClearAllForwardings=yes",
        "-oForwardAgent=no",
        "-oForwardX11=no",
        str("-oConnectTimeout=", seconds(options.connect_timeout)),
        str("-oServerAliveInterval=", seconds(options.silence / 3)),
        "-oServerAliveCountMax=3",
    };
    if (!options.known_hosts.empty())
        all.push_back(ssh_file_option("UserKnownHostsFile", options.known_hosts));
    if (!options.identity.empty()) {
        all.push_back(ssh_file_option("IdentityFile", options.identity));
        all.emplace_back("-oIdentitiesOnly=yes");
    }
    if (const std::optional<int> chosen = options.port ? options.port : port)
        all.push_back(str("-oPort=", *chosen));
    if (!options.ssh_socket.empty()) {
        all.emplace_back("-oControlMaster=auto");
        all.push_back(str("-oControlPersist=", unused_connection.count()));
        all.push_back(ssh_path_option("ControlPath", options.ssh_socket));
    }
    return all;
}

ChildEnd run_over_ssh(const Child& child, const RemoteOptions& options) {
    ChildEnd end = run_child(child);
    if (end.how != ChildEnd::How::exited || end.status != 0)
        end_ssh_connection(options);
    return end;
}

std::string ssh_socket_at(const std::string& path) {
    // ssh binds it under a longer name first.
    constexpr std::size_t suffix = sizeof ".0123456789abcdef" - 1;
    return path.size() + suffix < sizeof sockaddr_un{}.sun_path ? path : "";
}

void end_ssh_connection(const RemoteOptions& options) noexcept {
    try {
        boost::system::error_code ignored;
        if (options.ssh_socket.empty() || !fs::exists(options.ssh_socket, ignored))
            return;
        Child child;
        child.command = {
            "ssh", "-F",   "/dev/null", ssh_path_option("ControlPath", options.ssh_socket),
            "-O",  "exit", "whichever"}; // a host that it is made to, which does not matter
        child.timeout = std::chrono::seconds{2};
        child.interrupt = Child::Interrupt::never;
        run_child(child);
        fs::remove(options.ssh_socket, ignored);
    } catch (const std::exception&) {
        // It ends by itself when it has not been used for so long.
    }
}

std::vector<std::string> plain_words() {
    return {"LC_ALL=C", "LANGUAGE="};
}

std::optional<Error> ssh_trouble(const SshAddress& address, const RemoteOptions& options,
                                 std::string_view words) {
    const std::string place = printable(address.shown()) + ": ";
    if (says(words, "REMOTE HOST IDENTIFICATION HAS CHANGED") ||
        (says(words, "Host key for") && says(words, "has changed")))
        return Error(place +
                     "the host key has changed, which an attacker may be the reason for; "
                     "if the host has a new one: " +
                     how_to_trust(address, options, words));
    if (says(words, "Host key verification failed"))
        return Error(place + "the host key is not known; " + how_to_trust(address, options, words));
    for (std::string_view refusal :
         {"Permission denied (publickey", "Permission denied (keyboard-interactive",
          "Permission denied (password", "Permission denied (gssapi",
          "Permission denied (hostbased", "Too many authentication failures",
          "No supported authentication methods"})
        if (says(words, refusal))
            return Error(str(place,
                             options.identity.empty() ? "no key of ours is accepted there"
                                                      : "the key " + printable(options.identity) +
                                                            " is not accepted there",
                             "; the line of its .pub file belongs into ~/.ssh/authorized_keys of "
                             "that user"));
    for (std::string_view refusal :
         {"Bad configuration option", "Bad owner or permissions", "Unable to negotiate",
          "subsystem request failed", "keyword ", "command-line line 0", "is your shell clean",
          "Received message too long"})
        if (says(words, refusal))
            return Error(place + line_with(words, refusal));
    for (std::string_view away :
         {"Could not resolve", "Connection refused", "Connection timed out", "No route to host",
          "Network is unreachable", "Connection reset by", "Connection closed by",
          "timed out during banner exchange", "not responding", "send disconnect",
          "kex_exchange_identification", "ssh: connect to host"})
        if (says(words, away))
            return Error(place + line_with(words, away), Exit::unavailable);
    return std::nullopt;
}

std::string line_with(std::string_view words, std::string_view text) {
    std::string found;
    for (std::string_view line : split(words, '\n'))
        if (says(line, text))
            found = printable(trim(line));
    return found;
}

std::string last_words(std::string_view words) {
    // What rsync and sftp say in the end says only that something was said before.
    std::string said, closed, summary;
    for (std::string_view line : split(words, '\n')) {
        line = trim(line);
        if (line.empty())
            continue;
        if (line.starts_with("rsync error:") || line.starts_with("rsync warning:") ||
            line.starts_with("(see the rsync man"))
            summary = printable(line);
        else if (says(line, "connection unexpectedly closed") ||
                 line.starts_with("Connection closed"))
            closed = printable(line);
        else
            said = printable(line);
    }
    return !said.empty() ? said : !closed.empty() ? closed : summary;
}

void require_own_end(const ChildEnd& end, const std::string& place) {
    switch (end.how) {
    case ChildEnd::How::exited:
        return;
    case ChildEnd::How::stopped:
        throw Error(place + ": interrupted", Exit::unavailable);
    case ChildEnd::How::silent:
    case ChildEnd::How::timed_out:
        throw Error(place + ": nothing has moved for too long", Exit::unavailable);
    case ChildEnd::How::killed:
        throw Error(str(place, ": ended by signal ", end.status), Exit::unavailable);
    }
}

bool is_as_listed(const fs::path& archive, const SyncFile& file) {
    struct stat about {};
    return ::stat((archive / file.path).c_str(), &about) == 0 && S_ISREG(about.st_mode) &&
           static_cast<std::uint64_t>(about.st_size) == file.bytes &&
           about.st_mtim.tv_sec * 1'000'000'000LL + about.st_mtim.tv_nsec == file.changed;
}

} // namespace img
