#include "verb/serve/certificate_source.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <poll.h>
#include <unistd.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Instant start = *parse_iso_time("2026-11-21T12:00:00.000Z");

/// A source, the files it reads, a clock to turn, and what it says.
class Bench {
public:
    explicit Bench(bool is_own = false, Duration lasts = 90 * 24h) {
        put("cam.example", lasts);
        CertificateOrigin origin;
        if (is_own)
            origin.directory = scratch / "state";
        else
            origin = {scratch / "cert.pem", scratch / "key.pem", {}, {}};
        source.emplace(
            origin, [this] { return now; }, statistics);
        source->on_change(
            [this](const ServerCertificate& pair) { names.push_back(pair.facts.names.at(0)); });
    }

    void put(const std::string& name, Duration lasts = 90 * 24h) {
        CertificatePair pair = make_certificate({name}, start - 24h, start + lasts);
        write_file(scratch / "key.pem", bytes_of(pair.key), 0600);
        write_file(scratch / "cert.pem", bytes_of(pair.certificate));
    }
    /// What the loop would do until nothing more comes.
    void run() {
        for (bool is_first = true;; is_first = false) {
            std::vector<Watch> watches = source->watches();
            std::vector<pollfd> all;
            for (const Watch& watch : watches)
                all.push_back({watch.fd, POLLIN, 0});
            // Longer than the files have to be at rest.
            if (::poll(all.data(), all.size(), is_first ? 0 : 2'000) < 1)
                return;
            for (std::size_t i = 0; i < all.size(); ++i)
                if (all[i].revents)
                    watches[i].ready();
        }
    }
    /// What is due again and again, once.
    void poll_once() {
        for (const Chore& chore : source->chores())
            chore.act();
    }
    std::size_t said(const std::string& fact) const {
        std::string all = captured.text();
        std::size_t count = 0;
        for (std::size_t at = 0; (at = all.find(fact, at)) != std::string::npos; ++at)
            ++count;
        return count;
    }

    Scratch scratch;
    Captured captured{STDERR_FILENO};
    Instant now = start;
    ServerStatistics statistics;
    std::optional<CertificateSource> source;
    std::vector<std::string> names; ///< of what has come to be in use
};

} // namespace

TEST_CASE("CertificateSource: a pair that is replaced is in use once it is at rest") {
    Bench bench;
    CHECK(bench.source->current().facts.names.at(0) == "cam.example");
    bench.put("next.example");
    CHECK(bench.names.empty());
    bench.run();
    CHECK(bench.names == std::vector<std::string>{"next.example"});
    CHECK(bench.source->current().facts.names.at(0) == "next.example");
    CHECK(bench.statistics.reloads == 1);
    bench.poll_once();
    CHECK(bench.statistics.reloads == 1);
}

TEST_CASE("CertificateSource: without events the files are looked at now and then") {
    Bench bench;
    bench.put("next.example");
    bench.poll_once();
    CHECK(bench.names == std::vector<std::string>{"next.example"});
}

TEST_CASE("CertificateSource: a broken pair leaves the one before in use and is said once") {
    Bench bench;
    write_file(bench.scratch / "cert.pem", bytes_of("rubbish"));
    bench.run();
    for (int i = 0; i < 3; ++i)
        bench.poll_once();
    CHECK(bench.said("the certificate before stays in use") == 1);
    CHECK(bench.statistics.failed_reloads == 1);
    CHECK(bench.source->current().facts.names.at(0) == "cam.example");
    CHECK(bench.names.empty());

    write_file(bench.scratch / "cert.pem", bytes_of("other rubbish"));
    bench.poll_once();
    CHECK(bench.said("the certificate before stays in use") == 2);
    bench.source->reload();
    CHECK(bench.said("the certificate before stays in use") == 3);

    bench.put("next.example");
    bench.poll_once();
    CHECK(bench.names == std::vector<std::string>{"next.example"});
    CHECK(bench.statistics.reloads == 1);
    CHECK(bench.statistics.failed_reloads == 3);
}

TEST_CASE("CertificateSource: a pair that is not there at the start is an error") {
    Scratch scratch;
    ServerStatistics statistics;
    CHECK_THROWS_AS((CertificateSource{{scratch / "cert.pem", scratch / "key.pem", {}, {}},
                                       [] { return start; },
                                       statistics}),
                    Error);
}

TEST_CASE("CertificateSource: the end of a given pair is said once a day, from 14 days before") {
    Bench bench{false, 20 * 24h};
    bench.poll_once();
    CHECK(bench.said("the certificate ends on") == 0);
    bench.now = start + 6 * 24h;
    bench.poll_once();
    bench.poll_once();
    CHECK(bench.said("the certificate ends on Fri, 11 Dec 2026 12:00:00 GMT") == 1);
    bench.now += 23h;
    bench.poll_once();
    CHECK(bench.said("the certificate ends on") == 1);
    bench.now += 1h;
    bench.poll_once();
    CHECK(bench.said("the certificate ends on") == 2);
}

TEST_CASE("CertificateSource: one of our own is made anew 30 days before its end, while it runs") {
    Bench bench{true};
    Instant end = bench.source->current().facts.not_after;
    CHECK(end == start + 825 * 24h);
    bench.run();
    bench.now = end - 30 * 24h - 1s;
    bench.poll_once();
    CHECK(bench.statistics.reloads == 0);
    bench.now = end - 30 * 24h;
    bench.poll_once();
    CHECK(bench.statistics.reloads == 1);
    CHECK(bench.source->current().facts.not_after == bench.now + 825 * 24h);
    bench.run();
    bench.poll_once();
    CHECK(bench.statistics.reloads == 1);
    CHECK(bench.said("the certificate ends on") == 0);
}

TEST_CASE("CertificateSource: one of our own that somebody removes is made anew") {
    Bench bench{true};
    fs::remove(bench.scratch / "state/key.pem");
    bench.run();
    CHECK(bench.statistics.reloads == 1);
    CHECK(fs::exists(bench.scratch / "state/key.pem"));
}
