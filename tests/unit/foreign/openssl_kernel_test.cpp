#include "base/file.hpp"
#include "foreign/openssl.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

using namespace img;
using namespace std::chrono_literals;

TEST_CASE("TlsSession: what is offered to the kernel still tells HTTP, and says nothing to it") {
    struct HttpWire : TlsWire {
        std::string incoming = "GET / HTTP/1.1\r\nHost: a\r\n\r\n", sent;
        std::optional<std::size_t> receive(std::uint8_t* to, std::size_t room) override {
            std::size_t length = std::min(room, incoming.size());
            std::copy_n(incoming.begin(), length, to);
            incoming.erase(0, length);
            return length;
        }
        void send(ByteView bytes) override { sent += text_of(bytes); }
    } wire;
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    Fd ours{ends[0]}, theirs{ends[1]};
    Instant now = system_clock().now();
    CertificatePair pair = make_certificate({"localhost"}, now, now + 24h);
    TlsSession session{TlsContext{pair.certificate, pair.key}, wire};
    session.offer_to_kernel(*ours);
    CHECK(session.handshake() == TlsSession::Outcome::plain_http);
    CHECK_FALSE(session.is_sent_by_kernel());
    CHECK(wire.sent.empty());
    char byte;
    CHECK(::recv(*theirs, &byte, 1, 0) == -1);
}
