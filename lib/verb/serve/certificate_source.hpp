// The certificate of a running server: loaded, watched, renewed.
#pragma once

#include "verb/serve/certificate.hpp"
#include "verb/serve/certificate_watch.hpp"
#include "verb/serve/chores.hpp"
#include "verb/serve/statistics.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// Where a certificate comes from.
struct CertificateOrigin {
    fs::path certificate, key;      ///< of the user; both empty: one of our own
    fs::path directory;             ///< where that is kept
    std::vector<std::string> names; ///< that ours is for, besides certificate_names()

    bool is_own() const { return certificate.empty(); }
};

/// Loads a certificate, and loads it again when its files change, once they have been at rest for
/// half a second; one of our own is renewed. What cannot be used leaves the one before in use, and
/// is said once. Tickets of sessions stay good over all of that.
class CertificateSource {
public:
    /// Throws as load_certificate and own_certificate do. `statistics` must outlive it.
    CertificateSource(CertificateOrigin origin, std::function<Instant()> now,
                      ServerStatistics& statistics);

    const ServerCertificate& current() const { return *current_; }
    /// Called with each certificate that takes the place of the one before.
    void on_change(std::function<void(const ServerCertificate&)> act) { act_ = std::move(act); }
    /// Loads it again, changed or not.
    void reload();

    /// For the loop; they refer to the source.
    std::vector<Watch> watches();
    std::vector<Chore> chores();

private:
    enum class Report { always, when_other };

    ServerCertificate load();
    void try_loading(Report report);
    void settle();
    void look();
    void warn_of_end();

    CertificateOrigin origin_;
    std::function<Instant()> now_;
    ServerStatistics& statistics_;
    std::vector<std::string> names_; ///< of one of our own
    TicketKeys tickets_;
    CertificateWatch watch_;
    Fd settled_; ///< a timer, which ends when the files have been at rest
    std::optional<ServerCertificate> current_;
    std::string failure_; ///< what was said last; empty after a success
    std::optional<Instant> warned_;
    std::function<void(const ServerCertificate&)> act_ = [](const ServerCertificate&) {};
};

} // namespace img
