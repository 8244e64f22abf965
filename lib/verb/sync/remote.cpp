// Where files are published: which kind of remote an address means.

#include "verb/sync/remote.hpp"

#include "base/error.hpp"
#include "base/url.hpp"
#include "verb/sync/directory.hpp"
#include "verb/sync/object_store.hpp"
#include "verb/sync/rsync.hpp"
#include "verb/sync/sftp.hpp"
#include "verb/sync/ssh.hpp"
#include "verb/sync/upload.hpp"

namespace img {

namespace {

enum class RemoteKind { rsync, sftp, upload, object_store, directory };

RemoteKind kind_of(const std::string& address) {
    if (!looks_like_url(address))
        return is_ssh_address(address) ? RemoteKind::rsync : RemoteKind::directory;
    std::string scheme = lower(address.substr(0, address.find(':')));
    if (scheme == "sftp")
        return RemoteKind::sftp;
    if (scheme == "http" || scheme == "https")
        return RemoteKind::upload;
    if (scheme == "s3")
        return RemoteKind::object_store;
    if (scheme == "file")
        return RemoteKind::directory;
    throw Error(str(printable(redacted(address)),
                    ": a remote is [user@]host:path, a directory, or "
                    "begins with sftp://, https://, s3:// or file://"),
                Exit::usage);
}

std::string without_slashes(std::string path) {
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path;
}

std::string shown_directory(const std::string& address) {
    std::string path = address;
    for (std::string_view start : {"file://localhost/", "file:///"})
        if (path.starts_with(start))
            path = percent_decode(path.substr(start.size() - 1)).value_or(path);
    boost::system::error_code code;
    fs::path whole = fs::weakly_canonical(fs::absolute(path), code);
    return without_slashes(code ? path : whole.string());
}

} // namespace

bool is_ssh_address(const std::string& address) {
    if (looks_like_url(address))
        return false;
    std::size_t host = address.find('@');
    host = host == std::string::npos || address.find('/') < host ? 0 : host + 1;
    if (address.compare(host, 1, "[") == 0)
        return address.find("]:", host) != std::string::npos;
    std::size_t colon = address.find(':');
    return colon != std::string::npos && colon > 0 && address.find('/') > colon;
}

std::string shown_remote(const std::string& address) {
    switch (kind_of(address)) {
    case RemoteKind::rsync: {
        SshAddress parsed = parse_ssh_address(address);
        parsed.path = without_slashes(parsed.path);
        return parsed.shown();
    }
    case RemoteKind::sftp: {
        SshAddress parsed = parse_sftp_address(address);
        std::string port = parsed.port ? str(":", *parsed.port) : "";
        return str("sftp://", parsed.login(), port, parsed.path.starts_with('/') ? "" : "/~/",
                   without_slashes(parsed.path));
    }
    case RemoteKind::upload:
    case RemoteKind::object_store:
        return without_slashes(Url::parse(address).shown());
    case RemoteKind::directory:
        return shown_directory(address);
    }
    return address;
}

std::string shown_remote(const std::string& address, const RemoteOptions& options) {
    std::string shown = shown_remote(address);
    RemoteKind kind = kind_of(address);
    if (options.port && (kind == RemoteKind::rsync || kind == RemoteKind::sftp))
        shown += str(" (port ", *options.port, ")");
    if (!options.endpoint.empty() && kind == RemoteKind::object_store)
        shown += str(" (at ", without_slashes(redacted(options.endpoint)), ")");
    return shown;
}

bool is_pointer(std::string_view path) {
    std::string_view name = path.substr(path.rfind('/') + 1);
    return name.starts_with("latest.") || name.starts_with("index.") || name.ends_with(".json");
}

std::unique_ptr<Remote> open_remote(const std::string& address, const fs::path& archive,
                                    const RemoteOptions& options) {
    const RemoteKind kind = kind_of(address);
    if (options.bandwidth && kind != RemoteKind::rsync && kind != RemoteKind::sftp)
        throw Error("--bandwidth is for remotes over ssh", Exit::usage);
    switch (kind) {
    case RemoteKind::rsync:
        return open_rsync(address, archive, options);
    case RemoteKind::sftp:
        return open_sftp(address, archive, options);
    case RemoteKind::upload:
        return open_upload(address, archive, options);
    case RemoteKind::object_store:
        return open_object_store(address, archive, options);
    case RemoteKind::directory:
        return open_directory(address, archive, options);
    }
    return nullptr;
}

} // namespace img
