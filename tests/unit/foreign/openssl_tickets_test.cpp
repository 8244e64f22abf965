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

TlsContext context_with(const TicketKeys& tickets) {
    CertificatePair pair = make_certificate({"localhost"}, from, from + 24h);
    return TlsContext{pair.certificate, pair.key, tickets};
}

/// A wire between a session and a client of OpenSSL's.
struct ClientWire : TlsWire {
    BIO* to_server;   ///< what the client has sent
    BIO* from_server; ///< what it is to read

    std::optional<std::size_t> receive(std::uint8_t* to, std::size_t room) override {
        int got = BIO_read(to_server, to, static_cast<int>(room));
        return got > 0 ? std::optional{static_cast<std::size_t>(got)} : std::nullopt;
    }
    void send(ByteView bytes) override {
        BIO_write(from_server, bytes.data(), static_cast<int>(bytes.size()));
    }
};

/// A client that keeps the session of its last visit.
class Client {
public:
    explicit Client(int version) {
        SSL_CTX_set_min_proto_version(context_.get(), version);
        SSL_CTX_set_max_proto_version(context_.get(), version);
    }

    struct Visit {
        bool is_resumed;
        bool brought_ticket; ///< other than the one before
    };
    Visit visit(const TlsContext& server) {
        std::string before = ticket();
        std::unique_ptr<SSL, decltype(&SSL_free)> client{SSL_new(context_.get()), SSL_free};
        ClientWire wire;
        wire.from_server = BIO_new(BIO_s_mem());
        wire.to_server = BIO_new(BIO_s_mem());
        SSL_set_bio(client.get(), wire.from_server, wire.to_server);
        SSL_set_connect_state(client.get());
        if (session_)
            SSL_set_session(client.get(), session_.get());
        TlsSession session{server, wire};
        for (int turn = 0; turn < 4; ++turn) {
            SSL_do_handshake(client.get());
            REQUIRE(session.handshake() != TlsSession::Outcome::broken);
        }
        REQUIRE(SSL_is_init_finished(client.get()));
        // The tickets of TLS 1.3 come after the handshake.
        std::uint8_t byte = 0;
        SSL_read(client.get(), &byte, 1);
        SSL_shutdown(client.get()); // else the session counts as broken
        session_.reset(SSL_get1_session(client.get()));
        return {SSL_session_reused(client.get()) == 1, ticket() != before};
    }

private:
    std::string ticket() const {
        const unsigned char* bytes = nullptr;
        std::size_t length = 0;
        if (session_)
            SSL_SESSION_get0_ticket(session_.get(), &bytes, &length);
        return length ? std::string(reinterpret_cast<const char*>(bytes), length) : "";
    }

    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()),
                                                               SSL_CTX_free};
    std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> session_{nullptr, SSL_SESSION_free};
};

} // namespace

TEST_CASE("TicketKeys: sessions go on under another certificate with the same keys only") {
    for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TicketKeys tickets;
        Client client{version};
        Client::Visit first = client.visit(context_with(tickets));
        CHECK_FALSE(first.is_resumed);
        CHECK(first.brought_ticket);
        CHECK(client.visit(context_with(tickets)).is_resumed);
        CHECK(client.visit(context_with(tickets)).is_resumed);
        CHECK_FALSE(client.visit(context_with(TicketKeys{})).is_resumed);
    }
}

TEST_CASE("TicketKeys: a key opens for one more turn after it has sealed for 12 hours") {
    TicketKeys::Moment begin{};
    for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TicketKeys tickets{begin};
        TlsContext context = context_with(tickets);
        Client one{version}, two{version}, three{version};
        one.visit(context);
        two.visit(context);
        three.visit(context);
        tickets.rotate_when_due(begin + 12h - 1s);
        CHECK(one.visit(context).is_resumed);
        tickets.rotate_when_due(begin + 12h);
        Client::Visit late = one.visit(context);
        CHECK(late.is_resumed);
        CHECK(late.brought_ticket); // sealed with the key of the day
        tickets.rotate_when_due(begin + 24h);
        CHECK(one.visit(context).is_resumed);
        CHECK_FALSE(two.visit(context).is_resumed);
        // A machine that slept for a day forgets both.
        tickets.rotate_when_due(begin + 72h);
        CHECK_FALSE(three.visit(context).is_resumed);
        CHECK_FALSE(one.visit(context).is_resumed);
    }
}
