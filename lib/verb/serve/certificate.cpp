// The server's certificate: the user's, or one of our own that is made once and kept.

#include "verb/serve/certificate.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>

namespace img {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t largest_pem = 1 << 20;
/// The longest that Apple's systems trust (support.apple.com/103769).
constexpr auto lifetime = 825 * 24h;
constexpr auto renewed_before_end = 30 * 24h;
/// So that a client whose clock is behind accepts it at once.
constexpr auto begins_before_now = 24h;

/// Files made while it lives are for their owner alone.
class PrivateFiles {
public:
    PrivateFiles() : before_(::umask(0077)) {}
    PrivateFiles(const PrivateFiles&) = delete;
    PrivateFiles& operator=(const PrivateFiles&) = delete;
    ~PrivateFiles() { ::umask(before_); }

private:
    mode_t before_;
};

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0)
        return "localhost";
    return name.data();
}

std::string read_pem(const fs::path& path) {
    Bytes bytes = read_file(path, largest_pem);
    return std::string{text_of(bytes)};
}

mode_t mode_of(const fs::path& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0)
        throw_errno(path.string(), errno);
    return about.st_mode;
}

bool is_there(const fs::path& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) == 0)
        return true;
    if (errno != ENOENT)
        throw_errno(path.string(), errno);
    return false;
}

void make_directory(const fs::path& directory) {
    boost::system::error_code error;
    PrivateFiles guard;
    fs::create_directories(directory, error);
    if (error)
        throw_errno(directory.string(), error.value());
}

/// Why the pair cannot be used any longer; empty when it can.
std::string reason_to_renew(const std::string& certificate, const std::string& key,
                            const std::vector<std::string>& required, Instant now) {
    try {
        TlsContext check{certificate, key};
        CertificateFacts facts = read_certificate(certificate);
        if (facts.not_after <= now)
            return "it has expired";
        if (facts.not_after - renewed_before_end <= now)
            return "it expires soon";
        for (const std::string& name : required)
            if (std::find(facts.names.begin(), facts.names.end(), name) == facts.names.end())
                return str("it is not for ", name);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

} // namespace

std::vector<std::string> certificate_names(const std::vector<std::string>& more) {
    std::vector<std::string> names{host_name(), "localhost", "127.0.0.1", "::1"};
    names.insert(names.end(), more.begin(), more.end());
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0)
        throw_errno("this machine's addresses", errno);
    std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned{list, ::freeifaddrs};
    for (const ifaddrs* entry = list; entry; entry = entry->ifa_next) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (!entry->ifa_addr || !(entry->ifa_flags & IFF_UP))
            continue;
        if (entry->ifa_addr->sa_family == AF_INET) {
            const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
            ::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
        } else if (entry->ifa_addr->sa_family == AF_INET6) {
            const auto* address = reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr);
            // Link-local addresses are of use only with a zone, which a certificate cannot hold.
            if (IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr))
                continue;
            ::inet_ntop(AF_INET6, &address->sin6_addr, text.data(), text.size());
        } else {
            continue;
        }
        names.emplace_back(text.data());
    }
    std::vector<std::string> unique;
    for (std::string& name : names)
        if (std::find(unique.begin(), unique.end(), name) == unique.end())
            unique.push_back(std::move(name));
    return unique;
}

TlsContext load_certificate(const fs::path& certificate, const fs::path& key, Instant now) {
    auto read = [](const fs::path& path) {
        try {
            return read_pem(path);
        } catch (const Error& error) {
            bool passing = error.status() == Exit::unavailable;
            throw Error(error.what(), passing ? Exit::unavailable : Exit::usage);
        }
    };
    std::string certificate_text = read(certificate), key_text = read(key);
    if (mode_of(key) & S_IROTH)
        log_note(str(key.string(), ": everybody on this machine may read this private key"));
    try {
        TlsContext context{certificate_text, key_text};
        Instant end = read_certificate(certificate_text).not_after;
        if (end <= now)
            log_error(
                str(certificate.string(), ": the certificate has expired on ", http_time(end)));
        return context;
    } catch (const Error& error) {
        throw Error(str(certificate.string(), ", ", key.string(), ": ", error.what()),
                    error.status());
    }
}

TlsContext own_certificate(const fs::path& directory, const std::vector<std::string>& names,
                           const std::vector<std::string>& required, Instant now) {
    fs::path certificate = directory / "cert.pem", key = directory / "key.pem";
    make_directory(directory);
    bool exists = is_there(certificate) || is_there(key);
    if (exists) {
        bool whole = is_there(certificate) && is_there(key);
        std::string certificate_text = whole ? read_pem(certificate) : "";
        std::string key_text = whole ? read_pem(key) : "";
        if (whole && (mode_of(key) & 0077)) {
            if (::chmod(key.c_str(), 0600) != 0)
                throw_errno(key.string(), errno);
            log_note(str(key.string(), ": others could read this private key; they no longer can"));
        }
        std::string reason = whole ? reason_to_renew(certificate_text, key_text, required, now)
                                   : "its other half is missing";
        if (reason.empty())
            return TlsContext{certificate_text, key_text};
        log_note(str(certificate.string(), ": a new certificate is made: ", reason));
    }
    CertificatePair pair = make_certificate(names, now - begins_before_now, now + lifetime);
    TlsContext context{pair.certificate, pair.key};
    write_file(key, bytes_of(pair.key), 0600);
    write_file(certificate, bytes_of(pair.certificate));
    log_detail(str(certificate.string(), ": a new certificate is made"));
    return context;
}

} // namespace img
