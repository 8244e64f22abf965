#include "verb/serve/certificate.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Instant now = *parse_iso_time("2026-11-21T12:00:00.000Z");
const std::vector<std::string> names{"localhost", "127.0.0.1"};

/// A state directory that is gone with the test.
class State {
public:
    State() : root_(fs::temp_directory_path() / fs::unique_path("state-%%%%%%%%")) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { fs::remove_all(root_); }

    fs::path path() const { return root_ / "imgseq"; }
    fs::path certificate() const { return path() / "cert.pem"; }
    fs::path key() const { return path() / "key.pem"; }
    std::string text(const fs::path& file) const {
        Bytes bytes = read_file(file);
        return std::string{text_of(bytes)};
    }
    void load(Instant when = now, const std::vector<std::string>& required = {}) const {
        own_certificate(path(), names, required, when);
    }

private:
    fs::path root_;
};

mode_t mode_of(const fs::path& path) {
    struct stat about {};
    REQUIRE(::stat(path.c_str(), &about) == 0);
    return about.st_mode & 07777;
}

/// What the pair in the state directory has become after it is loaded once more.
enum class Fate { kept, renewed };

Fate fate_of(const State& state, Instant when = now,
             const std::vector<std::string>& required = {}) {
    std::string before = fs::exists(state.certificate()) ? state.text(state.certificate()) : "";
    state.load(when, required);
    return state.text(state.certificate()) == before ? Fate::kept : Fate::renewed;
}

std::string refusal(const fs::path& certificate, const fs::path& key) {
    try {
        load_certificate(certificate, key, now);
    } catch (const Error& error) {
        CHECK(error.status() == Exit::usage);
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("own_certificate: the first is made, for its owner alone, and begins a day ago") {
    State state;
    state.load();
    CHECK(mode_of(state.path()) == 0700);
    CHECK(mode_of(state.key()) == 0600);
    CertificateFacts facts = read_certificate(state.text(state.certificate()));
    CHECK(facts.names == names);
    CHECK(facts.not_before == now - 24h);
    CHECK(facts.not_after == now + 825 * 24h);
}

TEST_CASE("own_certificate: it is kept until 30 days before its end") {
    State state;
    state.load();
    CHECK(fate_of(state) == Fate::kept);
    CHECK(fate_of(state, now + 795 * 24h - 1s) == Fate::kept);
    CHECK(fate_of(state, now + 795 * 24h) == Fate::renewed);
    CHECK(fate_of(state, now + 3000 * 24h) == Fate::renewed);
    CHECK(fate_of(state, now + 3000 * 24h) == Fate::kept);
}

TEST_CASE("own_certificate: it is kept when an address of the machine changes, but made anew for a "
          "name that is asked for") {
    State state;
    state.load();
    CHECK(fate_of(state, now, {"127.0.0.1"}) == Fate::kept);
    own_certificate(state.path(), {"localhost", "192.0.2.1"}, {}, now);
    CHECK(fate_of(state) == Fate::kept);
    std::string before = state.text(state.certificate());
    own_certificate(state.path(), {"localhost", "cam.example"}, {"cam.example"}, now);
    CHECK(state.text(state.certificate()) != before);
    CHECK(fate_of(state, now, {"cam.example"}) == Fate::kept);
}

TEST_CASE("own_certificate: what is broken, or half gone, or does not belong together, is made "
          "anew") {
    State state, other;
    state.load();
    other.load();
    std::string foreign_key = other.text(other.key());
    write_file(state.certificate(), bytes_of("rubbish"));
    CHECK(fate_of(state) == Fate::renewed);
    write_file(state.key(), bytes_of(""));
    CHECK(fate_of(state) == Fate::renewed);
    write_file(state.key(), bytes_of(foreign_key), 0600);
    CHECK(fate_of(state) == Fate::renewed);
    fs::remove(state.key());
    CHECK(fate_of(state) == Fate::renewed);
    fs::remove(state.certificate());
    CHECK(fate_of(state) == Fate::renewed);
    CHECK(mode_of(state.key()) == 0600);
    CHECK(fate_of(state) == Fate::kept);
}

TEST_CASE("own_certificate: a key that others can read is closed to them and stays") {
    State state;
    state.load();
    REQUIRE(::chmod(state.key().c_str(), 0644) == 0);
    CHECK(fate_of(state) == Fate::kept);
    CHECK(mode_of(state.key()) == 0600);
}

TEST_CASE("own_certificate: a name that is none is refused before anything is written") {
    State state;
    CHECK_THROWS_AS(own_certificate(state.path(), {"a b"}, {}, now), Error);
    CHECK_FALSE(fs::exists(state.certificate()));
    CHECK_FALSE(fs::exists(state.key()));
}

TEST_CASE("own_certificate: a link that leads to itself is an error that names it") {
    State state;
    state.load();
    fs::remove(state.certificate());
    fs::create_symlink("cert.pem", state.certificate());
    CHECK_THROWS_WITH_AS(
        state.load(),
        (state.certificate().string() + ": Too many levels of symbolic links").c_str(), Error);
}

TEST_CASE("load_certificate: what is wrong is said with the files' names") {
    State state, other;
    state.load();
    other.load();
    CHECK(refusal(state.certificate(), state.key()) == "");
    CHECK(refusal(state.certificate(), other.key()) ==
          str(state.certificate().string(), ", ", other.key().string(),
              ": the private key does not belong to the certificate"));
    CHECK(refusal(state.path() / "missing", state.key()) ==
          str(state.path().string(), "/missing: No such file or directory"));
    CHECK(refusal(state.certificate(), state.path() / "missing") ==
          str(state.path().string(), "/missing: No such file or directory"));
}

TEST_CASE("load_certificate: a file that is far too large for a certificate is not read whole") {
    State state;
    state.load();
    write_file(state.path() / "large", Bytes(2 << 20));
    CHECK(refusal(state.path() / "large", state.key()) != "");
}

TEST_CASE("certificate_names: localhost by name and number is among them, each once") {
    std::vector<std::string> all = certificate_names({"cam.example", "localhost"});
    for (const char* name : {"localhost", "127.0.0.1", "::1", "cam.example"})
        CHECK_MESSAGE(std::count(all.begin(), all.end(), name) == 1, name);
}
