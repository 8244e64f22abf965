// What rsync and sftp share: addresses, how ssh is asked, and what its words mean.
#pragma once

#include "base/error.hpp"
#include "base/process.hpp"
#include "verb/sync/remote.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// Where something is on a host that ssh reaches.
struct SshAddress {
    std::string user; ///< empty: as ssh's configuration says
    std::string host; ///< a name of ssh's configuration, too; IPv6 without brackets
    std::string path; ///< as given; relative to the user's home unless it begins with a slash
    std::optional<int> port{};

    /// user@host, with brackets where the host needs them.
    std::string login() const;
    std::string shown() const; ///< login():path
};

/// [user@]host:path and [user@][v6]:path. Throws Error{usage} for what is neither, and for names
/// that ssh would read as options.
SshAddress parse_ssh_address(const std::string& address);
/// sftp://[user@]host[:port]/path: the path is from the root, and from home below /~/. Throws
/// Error{usage}.
SshAddress parse_sftp_address(const std::string& address);

/// Arguments that make ssh and sftp reach the host without asking anybody, and only if its key is
/// known. Throws Error{usage} for files that are not there, or have a name that ssh cannot be told.
std::vector<std::string> ssh_options(const RemoteOptions& options, const std::optional<int>& port);

/// Runs a program that runs ssh with `options`. A connection that is shared ends with one that did
/// not end well, so that the next run makes another.
ChildEnd run_over_ssh(const Child& child, const RemoteOptions& options);
/// The socket of that name if the system can have one, else "".
std::string ssh_socket_at(const std::string& path);
/// Ends the connection that runs of ssh have shared, if there is one.
void end_ssh_connection(const RemoteOptions& options) noexcept;

/// Environment for a child whose messages are read: they are English then.
std::vector<std::string> plain_words();

/// What `words`, the stderr of a program that ran ssh, say of a connection that could not be made,
/// for people; nullopt when they say nothing of that.
std::optional<Error> ssh_trouble(const SshAddress& address, const RemoteOptions& options,
                                 std::string_view words);
/// The last line of `words` with `text` in it, fit for one line; "" without one.
std::string line_with(std::string_view words, std::string_view text);
/// The line of `words` that says most of what went wrong, fit for one line.
std::string last_words(std::string_view words);

/// Throws unless the child ended by itself. `place` is who it was about.
void require_own_end(const ChildEnd& end, const std::string& place);

/// Whether the file in `archive` still is what was listed: a regular file of that size and time.
/// Symbolic links are followed.
bool is_as_listed(const fs::path& archive, const SyncFile& file);

} // namespace img
