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
#include <cstring>
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

/// PEM that may hold a private key, which stays in memory no longer than it is needed.
class Pem {
public:
    explicit Pem(std::string text) : text_(std::move(text)) {}
    explicit Pem(const fs::path& path) {
        Bytes bytes = read_file(path, largest_pem);
        text_ = text_of(bytes);
        wipe(bytes);
    }
    Pem(const Pem&) = delete;
    Pem& operator=(const Pem&) = delete;
    ~Pem() { wipe(text_); }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

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
std::string reason_to_renew(const CertificateFacts& facts, const std::vector<std::string>& required,
                            Instant now) {
    if (facts.not_after <= now)
        return "it has expired";
    if (is_due_for_renewal(facts, now))
        return "it expires soon";
    for (const std::string& name : required)
        if (std::find(facts.names.begin(), facts.names.end(), name) == facts.names.end())
            return str("it is not for ", name);
    return "";
}

/// The pair of our own; nullopt, and why, when another is to be made.
std::optional<ServerCertificate> usable_pair(const fs::path& directory,
                                             const std::vector<std::string>& required, Instant now,
                                             const TicketKeys& tickets, std::string& why) {
    fs::path certificate = own_certificate_file(directory), key = own_key_file(directory);
    bool has_certificate = is_there(certificate), has_key = is_there(key);
    why = has_certificate != has_key ? "its other half is missing" : "";
    if (!has_certificate || !has_key)
        return std::nullopt;
    Pem certificate_text{certificate}, key_text{key};
    try {
        ServerCertificate pair{{certificate_text.text(), key_text.text(), tickets},
                               read_certificate(certificate_text.text())};
        why = reason_to_renew(pair.facts, required, now);
        if (why.empty())
            return pair;
    } catch (const Error& error) {
        why = error.what();
    }
    return std::nullopt;
}

void close_to_others(const fs::path& key) {
    if (!is_there(key) || !(mode_of(key) & 0077))
        return;
    if (::chmod(key.c_str(), 0600) != 0)
        throw_errno(key.string(), errno);
    log_note(str(key.string(), ": others could read this private key; they no longer can"));
}

} // namespace

std::vector<std::string> certificate_names(const std::vector<std::string>& more) {
    std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
    // A host that was given no name calls itself "(none)".
    if (std::string own = host_name(); is_subject_name(own))
        names.insert(names.begin(), std::move(own));
    names.insert(names.end(), more.begin(), more.end());
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0)
        log_note(str("this machine's addresses are not known: ", std::strerror(errno)));
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

ServerCertificate load_certificate(const fs::path& certificate, const fs::path& key, Instant now,
                                   const TicketKeys& tickets) {
    auto read = [](const fs::path& path) {
        try {
            return std::make_unique<Pem>(path);
        } catch (const Error& error) {
            bool passing = error.status() == Exit::unavailable;
            throw Error(error.what(), passing ? Exit::unavailable : Exit::usage);
        }
    };
    auto certificate_text = read(certificate), key_text = read(key);
    if (mode_of(key) & S_IROTH)
        log_note(str(key.string(), ": everybody on this machine may read this private key"));
    try {
        ServerCertificate pair{{certificate_text->text(), key_text->text(), tickets},
                               read_certificate(certificate_text->text())};
        if (pair.facts.not_after <= now)
            log_error(str(certificate.string(), ": the certificate has expired on ",
                          http_time(pair.facts.not_after)));
        return pair;
    } catch (const Error& error) {
        throw Error(str(certificate.string(), ", ", key.string(), ": ", error.what()),
                    error.status());
    }
}

fs::path own_certificate_file(const fs::path& directory) {
    return directory / "cert.pem";
}

fs::path own_key_file(const fs::path& directory) {
    return directory / "key.pem";
}

bool is_due_for_renewal(const CertificateFacts& facts, Instant now) {
    return facts.not_after - renewed_before_end <= now;
}

std::optional<CertificateFacts> look_at_own_certificate(const fs::path& directory,
                                                        const std::vector<std::string>& required,
                                                        Instant now, std::string& why) {
    auto pair = usable_pair(directory, required, now, TicketKeys{}, why);
    return pair ? std::optional{pair->facts} : std::nullopt;
}

ServerCertificate own_certificate(const fs::path& directory, const std::vector<std::string>& names,
                                  const std::vector<std::string>& required, Instant now,
                                  const TicketKeys& tickets) {
    fs::path certificate = own_certificate_file(directory), key = own_key_file(directory);
    make_directory(directory);
    close_to_others(key);
    std::string why;
    if (auto pair = usable_pair(directory, required, now, tickets, why))
        return std::move(*pair);
    CertificatePair pair = make_certificate(names, now - begins_before_now, now + lifetime);
    Pem key_text{std::move(pair.key)};
    ServerCertificate made{{pair.certificate, key_text.text(), tickets},
                           read_certificate(pair.certificate)};
    write_file(key, bytes_of(key_text.text()), 0600);
    write_file(certificate, bytes_of(pair.certificate));
    std::string done = str(certificate.string(), ": a new certificate is made");
    why.empty() ? log_detail(done) : log_note(str(done, ": ", why));
    return made;
}

} // namespace img
