#include "foreign/openssl.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>
#include <memory>

#include <openssl/bio.h>
#include <openssl/ssl.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Instant from = *parse_iso_time("2026-11-21T12:00:00.000Z");
const Instant until = from + 825 * 24h;

CertificatePair pair_for(const std::vector<std::string>& names) {
    return make_certificate(names, from, until);
}

std::string refusal(std::string_view certificate, std::string_view key) {
    try {
        TlsContext context{certificate, key};
    } catch (const Error& error) {
        CHECK(error.status() == Exit::usage);
        return error.what();
    }
    return "";
}

/// A wire that has `incoming` and keeps what is sent.
struct FakeWire : TlsWire {
    std::string incoming, sent;
    bool ended = false;

    std::optional<std::size_t> receive(std::uint8_t* to, std::size_t room) override {
        if (incoming.empty())
            return ended ? std::optional<std::size_t>{0} : std::nullopt;
        std::size_t length = std::min(room, incoming.size());
        std::copy_n(incoming.begin(), length, to);
        incoming.erase(0, length);
        return length;
    }
    void send(ByteView bytes) override { sent += text_of(bytes); }
};

/// A session whose handshake with a client of OpenSSL's is done.
struct Talk {
    CertificatePair pair = pair_for({"localhost"});
    FakeWire wire;
    TlsSession session{TlsContext{pair.certificate, pair.key}, wire};
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                              SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> client{SSL_new(context.get()), SSL_free};

    Talk() {
        SSL_set_bio(client.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_connect_state(client.get());
        for (int turn = 0; turn < 4; ++turn) {
            SSL_do_handshake(client.get());
            carry();
            session.handshake();
            BIO_write(SSL_get_rbio(client.get()), wire.sent.data(),
                      static_cast<int>(wire.sent.size()));
            wire.sent.clear();
        }
        REQUIRE(SSL_is_init_finished(client.get()));
    }
    /// What the client has said is on the wire.
    void carry() {
        char* said = nullptr;
        long length = BIO_get_mem_data(SSL_get_wbio(client.get()), &said);
        wire.incoming.append(said, static_cast<std::size_t>(length));
        static_cast<void>(BIO_reset(SSL_get_wbio(client.get())));
    }
    TlsSession::Outcome read() {
        std::uint8_t byte = 0;
        std::size_t got = 0;
        return session.read(&byte, 1, got);
    }
};

} // namespace

TEST_CASE("make_certificate: what is asked for reads back") {
    std::vector<std::string> names{"localhost", "127.0.0.1", "::1", "*.cam.example", "a-b_c"};
    CertificateFacts facts = read_certificate(pair_for(names).certificate);
    CHECK(facts.names == names);
    CHECK(facts.not_before == from);
    CHECK(facts.not_after == until);
}

TEST_CASE("make_certificate: it serves, and no two are the same") {
    CertificatePair one = pair_for({"localhost"}), two = pair_for({"localhost"});
    CHECK(one.certificate != two.certificate);
    CHECK(one.key != two.key);
    CHECK(refusal(one.certificate, one.key) == "");
}

TEST_CASE("make_certificate: names that fill a certificate are taken") {
    std::vector<std::string> names{std::string(63, 'a') + "." + std::string(63, 'b')};
    for (int i = 0; i < 300; ++i)
        names.push_back(str("10.0.", i / 256, ".", i % 256));
    CHECK(read_certificate(pair_for(names).certificate).names == names);
    CHECK(read_certificate(pair_for({}).certificate).names.empty());
}

TEST_CASE("make_certificate: what is no name is refused, so that none can smuggle in another") {
    for (const std::string& name :
         {std::string{""}, std::string{"a b"}, std::string{"a,DNS:evil.example"},
          std::string{"a..b"}, std::string{".a"}, std::string{"a."}, std::string{"a.*"},
          std::string{"a*"}, std::string{"[::1]"}, std::string{"a:80"}, std::string{"a/b"},
          std::string{"\xc3\xa4"}, std::string{"a\nb"}, std::string("a\0b", 3),
          std::string(64, 'a'), std::string(254, 'a')}) {
        try {
            pair_for({name});
            FAIL_CHECK("taken: " << name);
        } catch (const Error& error) {
            CHECK(error.status() == Exit::usage);
            CHECK(std::string{error.what()}.ends_with("is neither a host name nor an address"));
        }
    }
}

TEST_CASE("make_certificate: dates after 2049 are kept, which are spelled otherwise") {
    Instant late = *parse_iso_time("2055-01-02T03:04:05.000Z");
    CertificatePair pair = make_certificate({"localhost"}, from, late);
    CHECK(read_certificate(pair.certificate).not_after == late);
}

TEST_CASE("read_certificate: what is no certificate is refused") {
    std::string whole = pair_for({"localhost"}).certificate;
    for (std::size_t length = 0; length + 10 < whole.size(); length += 13)
        CHECK_THROWS_AS(read_certificate(whole.substr(0, length)), Error);
    CHECK_THROWS_AS(read_certificate(pair_for({"localhost"}).key), Error);
    CHECK_THROWS_AS(
        read_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), Error);
}

TEST_CASE("TlsContext: each way in which a pair is wrong is said") {
    CertificatePair one = pair_for({"localhost"}), two = pair_for({"localhost"});
    CHECK(refusal(one.certificate, one.key) == "");
    CHECK(refusal(one.certificate, two.key) ==
          "the private key does not belong to the certificate");
    CHECK(refusal("", one.key) == "not a certificate in PEM form");
    CHECK(refusal(one.key, one.key) == "not a certificate in PEM form");
    CHECK(refusal(one.certificate, "") == "not a private key in PEM form");
    CHECK(refusal(one.certificate, one.key.substr(0, one.key.size() / 2)) ==
          "not a private key in PEM form");
    CHECK(refusal(one.certificate, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
                                   "-----END ENCRYPTED PRIVATE KEY-----\n") ==
          "the private key is encrypted; give one without a passphrase");
}

TEST_CASE("TlsContext: a chain may follow, and text around it, but it may not be broken") {
    CertificatePair one = pair_for({"localhost"}), other = pair_for({"authority"});
    CHECK(refusal(one.certificate + other.certificate, one.key) == "");
    CHECK(refusal("# ours\n" + one.certificate + "# theirs\n" + other.certificate + "\n\n",
                  one.key) == "");
    std::string broken =
        one.certificate + other.certificate.substr(0, other.certificate.size() / 2);
    CHECK(refusal(broken, one.key).starts_with("the certificate's chain is broken: "));
}

TEST_CASE("TlsSession: without bytes it waits, at the end it is closed") {
    CertificatePair pair = pair_for({"localhost"});
    FakeWire wire;
    TlsSession session{TlsContext{pair.certificate, pair.key}, wire};
    CHECK(session.handshake() == TlsSession::Outcome::need_more);
    wire.ended = true;
    CHECK(session.handshake() == TlsSession::Outcome::closed);
}

TEST_CASE("TlsSession: HTTP is told from rubbish") {
    CertificatePair pair = pair_for({"localhost"});
    TlsContext context{pair.certificate, pair.key};
    FakeWire http, rubbish;
    http.incoming = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    CHECK(TlsSession{context, http}.handshake() == TlsSession::Outcome::plain_http);
    rubbish.incoming = std::string(100, '\x7f');
    TlsSession session{context, rubbish};
    CHECK(session.handshake() == TlsSession::Outcome::broken);
    CHECK_FALSE(session.failure().empty());
    session.close();
}

TEST_CASE("TlsSession: what the wire throws comes out") {
    struct BrokenWire : FakeWire {
        std::optional<std::size_t> receive(std::uint8_t*, std::size_t) override {
            throw Error("the wire is cut");
        }
    };
    CertificatePair pair = pair_for({"localhost"});
    BrokenWire wire;
    TlsSession session{TlsContext{pair.certificate, pair.key}, wire};
    CHECK_THROWS_WITH_AS(session.handshake(), "the wire is cut", Error);
}

TEST_CASE("TlsSession: messages without content are not read for as long as they come") {
    Talk talk;
    for (int i = 0; i < 3000; ++i) {
        SSL_key_update(talk.client.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
        SSL_do_handshake(talk.client.get());
    }
    SSL_write(talk.client.get(), "x", 1);
    talk.carry();
    CHECK(talk.read() == TlsSession::Outcome::need_more);
    CHECK_FALSE(talk.wire.incoming.empty());
    int turns = 1;
    while (talk.read() == TlsSession::Outcome::need_more)
        REQUIRE(++turns < 1000);
    CHECK(turns > 1);
    CHECK(talk.wire.incoming.empty());
}

TEST_CASE("TlsSession: a client that leaves without a goodbye gets no alert") {
    Talk talk;
    talk.wire.ended = true;
    CHECK(talk.read() == TlsSession::Outcome::closed);
    CHECK(talk.wire.sent.empty());
}

TEST_CASE("read_certificate: who signed it") {
    CertificateFacts facts = read_certificate(pair_for({"localhost"}).certificate);
    CHECK(facts.is_self_signed);
    CHECK(facts.issuer == "imgserve localhost");
}

TEST_CASE("wipe: nothing is left of a secret") {
    std::string text = "a secret that is too long to be kept inside the string itself";
    const char* where = text.data();
    std::size_t length = text.size();
    wipe(text);
    CHECK(text.empty());
    CHECK(std::string_view{where, length} == std::string(length, '\0'));
    Bytes bytes(40, 7);
    const std::uint8_t* first = bytes.data();
    wipe(bytes);
    CHECK(bytes.empty());
    CHECK(*first == 0);
}
