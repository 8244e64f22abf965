#include "verb/serve/certificate_watch.hpp"

#include "../scratch.hpp"
#include "base/file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

using namespace img;

namespace {

void put(const fs::path& file, std::string_view text) {
    write_file(file, bytes_of(text));
}

/// A link that is replaced at once, as `ln -sfn` and certbot do.
void point(const fs::path& link, const fs::path& target) {
    fs::path beside = link.string() + ".next";
    fs::create_symlink(target, beside);
    fs::rename(beside, link);
}

/// Whether the watch wakes up: events of one's own process are there at once.
bool wakes(CertificateWatch& watch) {
    pollfd waiting{watch.fd(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1 && watch.drain();
}

/// Whether it wakes up, and then sees that the files are others; and that once only.
bool notices(CertificateWatch& watch) {
    bool noticed = wakes(watch) && watch.changed();
    return noticed && !watch.changed();
}

} // namespace

TEST_CASE("CertificateWatch: nothing happens, nothing is said") {
    Scratch scratch;
    put(scratch / "cert.pem", "one");
    CertificateWatch watch{{scratch / "cert.pem"}};
    REQUIRE(watch.fd() >= 0);
    CHECK_FALSE(wakes(watch));
    CHECK_FALSE(watch.changed());
    read_file(scratch / "cert.pem");
    CHECK_FALSE(wakes(watch));
}

TEST_CASE("CertificateWatch: other files in the same directory do not matter") {
    Scratch scratch;
    put(scratch / "cert.pem", "one");
    CertificateWatch watch{{scratch / "cert.pem"}};
    put(scratch / "other.pem", "two");
    CHECK_FALSE(wakes(watch));
}

TEST_CASE("CertificateWatch: a file that is written or replaced") {
    Scratch scratch;
    put(scratch / "cert.pem", "one");
    put(scratch / "key.pem", "one");
    CertificateWatch watch{{scratch / "cert.pem", scratch / "key.pem"}};
    put(scratch / "cert.pem", "two");
    CHECK(notices(watch));
    put(scratch / "key.pem", "two");
    CHECK(notices(watch));
    {
        Fd file{::open((scratch / "key.pem").c_str(), O_WRONLY | O_TRUNC)};
        write_all(*file, bytes_of("thr"), "key.pem");
    }
    CHECK(notices(watch));
    REQUIRE(::chmod((scratch / "key.pem").c_str(), 0600) == 0);
    CHECK(notices(watch));
    fs::remove(scratch / "cert.pem");
    CHECK(notices(watch));
    put(scratch / "cert.pem", "two");
    CHECK(notices(watch));
}

TEST_CASE("CertificateWatch: certbot's links from live into the archive") {
    Scratch scratch;
    fs::create_directories(scratch / "archive/x");
    fs::create_directories(scratch / "live/x");
    put(scratch / "archive/x/fullchain1.pem", "one");
    point(scratch / "live/x/fullchain.pem", "../../archive/x/fullchain1.pem");
    CertificateWatch watch{{scratch / "live/x/fullchain.pem"}};
    put(scratch / "archive/x/fullchain2.pem", "two");
    CHECK_FALSE(wakes(watch));
    point(scratch / "live/x/fullchain.pem", "../../archive/x/fullchain2.pem");
    CHECK(notices(watch));
    put(scratch / "archive/x/fullchain2.pem", "three");
    CHECK(notices(watch));
    put(scratch / "archive/x/fullchain1.pem", "no longer ours");
    CHECK_FALSE(wakes(watch));
}

TEST_CASE("CertificateWatch: Kubernetes' link to a directory of the day") {
    Scratch scratch;
    for (const char* day : {"..day1", "..day2"}) {
        fs::create_directories(scratch / day);
        put(scratch / (std::string{day} + "/tls.crt"), day);
    }
    point(scratch / "..data", "..day1");
    point(scratch / "tls.crt", "..data/tls.crt");
    CertificateWatch watch{{scratch / "tls.crt"}};
    point(scratch / "..data", "..day2");
    CHECK(notices(watch));
    fs::remove_all(scratch / "..day1");
    static_cast<void>(wakes(watch));
    CHECK_FALSE(watch.changed());
    put(scratch / "..day2/tls.crt", "again");
    CHECK(notices(watch));
}

TEST_CASE("CertificateWatch: a directory that is swapped, removed and made again") {
    Scratch scratch;
    fs::create_directories(scratch / "a/tls");
    fs::create_directories(scratch / "b/tls");
    put(scratch / "a/tls/cert.pem", "one");
    put(scratch / "b/tls/cert.pem", "two");
    CertificateWatch watch{{scratch / "a/tls/cert.pem"}};
    fs::rename(scratch / "a", scratch / "old");
    CHECK(notices(watch));
    fs::rename(scratch / "b", scratch / "a");
    CHECK(notices(watch));
    put(scratch / "old/tls/cert.pem", "no longer ours");
    CHECK_FALSE(wakes(watch));
    fs::remove_all(scratch / "a");
    CHECK(notices(watch));
    fs::create_directories(scratch / "a");
    CHECK(wakes(watch));
    fs::create_directories(scratch / "a/tls");
    CHECK(wakes(watch));
    put(scratch / "a/tls/cert.pem", "three");
    CHECK(notices(watch));
}

TEST_CASE("CertificateWatch: absolute links, links to directories and links in a circle") {
    Scratch scratch;
    fs::create_directories(scratch / "releases/1");
    fs::create_directories(scratch / "releases/2");
    put(scratch / "releases/1/cert.pem", "one");
    put(scratch / "releases/2/cert.pem", "two");
    point(scratch / "current", scratch / "releases/1");
    CertificateWatch watch{{scratch / "current/../1/cert.pem", scratch / "current/cert.pem"}};
    point(scratch / "current", scratch / "releases/2");
    CHECK(notices(watch));
    point(scratch / "releases/2/cert.pem", "cert.pem");
    CHECK(notices(watch));
    point(scratch / "releases/2/cert.pem", "../1/cert.pem");
    CHECK(notices(watch));
}

TEST_CASE("CertificateWatch: without events, changed() alone tells") {
    Scratch scratch;
    CertificateWatch watch{{scratch / "missing/cert.pem"}};
    CHECK_FALSE(watch.changed());
    fs::create_directories(scratch / "missing");
    put(scratch / "missing/cert.pem", "one");
    CHECK(watch.changed());
    put(scratch / "missing/cert.pem", "two");
    CHECK(watch.changed());
    CHECK_FALSE(watch.changed());
}
