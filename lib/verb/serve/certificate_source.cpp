// The certificate of a running server: loaded, watched, renewed.

#include "verb/serve/certificate_source.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/sandbox.hpp"

#include <cerrno>
#include <cstring>
#include <sys/timerfd.h>
#include <unistd.h>

namespace img {

namespace {

using namespace std::chrono_literals;

constexpr auto rest = 500ms;
/// Where changes are not told (network file systems), they are looked for.
constexpr Duration between_looks = 60s;
constexpr Duration between_rotations = 1h;
constexpr auto warned_before_end = 14 * 24h;
constexpr auto between_warnings = 24h;

/// Everything that touches the files of a certificate passes here: a private key may be readable
/// for root only, and we may no longer be root.
template <class Act>
auto with_reading_rights(Act act) {
    ReadingAsRoot in_reserve;
    return act();
}

std::vector<fs::path> files_of(const CertificateOrigin& origin) {
    if (origin.is_own())
        return {own_certificate_file(origin.directory), own_key_file(origin.directory)};
    return {origin.certificate, origin.key};
}

} // namespace

CertificateSource::CertificateSource(CertificateOrigin origin, std::function<Instant()> now,
                                     ServerStatistics& statistics)
    : origin_(std::move(origin)), now_(std::move(now)), statistics_(statistics),
      names_(origin_.is_own() ? certificate_names(origin_.names) : std::vector<std::string>{}),
      watch_(with_reading_rights([&] { return CertificateWatch{files_of(origin_)}; })),
      settled_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    if (!settled_)
        throw_errno("timerfd", errno);
    current_ = load();
    warn_of_end();
}

ServerCertificate CertificateSource::load() {
    return with_reading_rights([&] {
        // What changes from here on is noticed.
        watch_.changed();
        if (!origin_.is_own())
            return load_certificate(origin_.certificate, origin_.key, now_(), tickets_);
        ServerCertificate own =
            own_certificate(origin_.directory, names_, origin_.names, now_(), tickets_);
        watch_.changed(); // we may have made it
        return own;
    });
}

void CertificateSource::reload() {
    try_loading(Report::always);
}

void CertificateSource::try_loading(Report report) {
    try {
        current_ = load();
    } catch (const Error& error) {
        if (report == Report::when_other && failure_ == error.what())
            return;
        failure_ = error.what();
        ++statistics_.failed_reloads;
        log_error(str("the certificate before stays in use: ", failure_));
        return;
    }
    failure_.clear();
    ++statistics_.reloads;
    log_detail("the certificate is loaded again");
    act_(*current_);
    warn_of_end();
}

/// Begins the wait until the files are at rest anew.
void CertificateSource::settle() {
    itimerspec when{};
    when.it_value.tv_nsec = std::chrono::nanoseconds{rest}.count();
    if (::timerfd_settime(*settled_, 0, &when, nullptr) != 0)
        log_error(str("the certificate is looked at later: ", std::strerror(errno)));
}

/// Loads what has changed, what failed the last time, and one of our own that nears its end.
void CertificateSource::look() {
    bool is_changed = with_reading_rights([&] { return watch_.changed(); });
    bool is_due = origin_.is_own() && is_due_for_renewal(current_->facts, now_());
    if (is_changed)
        try_loading(Report::always);
    else if (is_due || !failure_.empty())
        try_loading(Report::when_other);
    warn_of_end();
}

void CertificateSource::warn_of_end() {
    Instant now = now_(), end = current_->facts.not_after;
    if (origin_.is_own() || end - warned_before_end > now ||
        (warned_ && now - *warned_ < between_warnings && now >= *warned_))
        return;
    warned_ = now;
    if (end > now) // else load_certificate says so
        log_note(str(origin_.certificate.string(), ": the certificate ends on ", http_time(end)));
}

std::vector<Watch> CertificateSource::watches() {
    std::vector<Watch> all;
    all.push_back({*settled_, [this] {
                       std::uint64_t times = 0;
                       if (::read(*settled_, &times, sizeof times) > 0)
                           look();
                   }});
    if (watch_.fd() >= 0)
        all.push_back({watch_.fd(), [this] {
                           if (with_reading_rights([&] { return watch_.drain(); }))
                               settle();
                       }});
    return all;
}

std::vector<Chore> CertificateSource::chores() {
    return {{between_looks, [this] { look(); }},
            {between_rotations, [this] { tickets_.rotate_when_due(monotonic_now()); }}};
}

} // namespace img
