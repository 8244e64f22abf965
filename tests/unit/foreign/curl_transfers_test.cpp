#include "foreign/curl_transfers.hpp"

#include "../scratch.hpp"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>

using namespace img;

namespace {

/// Answers each request on one connection after another with the same text, and keeps what came.
class Answering {
public:
    explicit Answering(std::string answer) : answer_(std::move(answer)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof at;
        auto* address = reinterpret_cast<sockaddr*>(&at);
        REQUIRE(::bind(*listener_, address, length) == 0);
        REQUIRE(::listen(*listener_, 8) == 0);
        REQUIRE(::getsockname(*listener_, address, &length) == 0);
        url_ = "http://127.0.0.1:" + std::to_string(::ntohs(at.sin_port)) + "/";
        thread_ = std::thread{[this] { serve(); }};
    }
    Answering(const Answering&) = delete;
    Answering& operator=(const Answering&) = delete;
    ~Answering() { end(); }

    const std::string& url() const { return url_; }
    /// What has come over all connections; ends the server.
    const std::string& end() {
        over_ = true;
        if (thread_.joinable())
            thread_.join();
        return came_;
    }
    int connections() const { return connections_; }

private:
    bool wait(int fd) const {
        while (!over_) {
            pollfd readable{fd, POLLIN, 0};
            if (::poll(&readable, 1, 10) > 0)
                return true;
        }
        return false;
    }

    void serve() {
        while (wait(*listener_)) {
            Fd connection{::accept(*listener_, nullptr, nullptr)};
            ++connections_;
            std::string request;
            std::array<char, 4096> piece{};
            while (wait(*connection)) {
                ssize_t got = ::recv(*connection, piece.data(), piece.size(), 0);
                if (got <= 0)
                    break;
                request.append(piece.data(), static_cast<std::size_t>(got));
                if (!is_whole(request))
                    continue;
                came_ += request;
                request.clear();
                if (::send(*connection, answer_.data(), answer_.size(), MSG_NOSIGNAL) < 0)
                    break;
            }
        }
    }

    static bool is_whole(const std::string& request) {
        std::size_t head = request.find("\r\n\r\n");
        if (head == std::string::npos)
            return false;
        std::size_t length = request.find("Content-Length: ");
        std::size_t body = length < head ? std::stoul(request.substr(length + 16)) : 0;
        return request.size() >= head + 4 + body;
    }

    std::string answer_, url_, came_;
    Fd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::atomic<bool> over_ = false;
    std::atomic<int> connections_ = 0;
    std::thread thread_;
};

/// The replies to requests that are made in turn.
std::vector<TransferReply> replies(HttpTransfers& transfers,
                                   std::vector<TransferRequest> requests) {
    std::vector<TransferReply> all;
    std::size_t next = 0;
    transfers.run([&]() -> std::optional<TransferRequest> {
        if (next == requests.size())
            return std::nullopt;
        TransferRequest request = requests[next++];
        request.done = [&](const TransferReply& reply) { all.push_back(reply); };
        return request;
    });
    return all;
}

TransferRequest request_of(TransferRequest::Method method, const std::string& url) {
    TransferRequest request;
    request.method = method;
    request.url = url;
    request.shown = "the server";
    return request;
}

TransferOptions one_at_a_time() {
    TransferOptions options;
    options.parallel = 1;
    return options;
}

const char* created = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX-Name: Value \r\n\r\nok";

} // namespace

TEST_CASE("HttpTransfers: a body is text, a range of a file and text, sent without asking first") {
    Scratch scratch;
    write_file(scratch / "file", bytes_of("0123456789"));
    Answering server{created};
    TransferRequest request = request_of(TransferRequest::Method::put, server.url() + "a%20b");
    request.headers = {"Content-Type: text/plain"};
    request.body.before = "<";
    request.body.file = std::make_shared<Fd>(open_to_read(scratch / "file"));
    request.body.offset = 2;
    request.body.bytes = 3;
    request.body.after = ">";
    HttpTransfers transfers{one_at_a_time()};
    std::vector<TransferReply> all = replies(transfers, {request});
    REQUIRE(all.size() == 1);
    CHECK(all[0].status == 201);
    CHECK(all[0].body == "ok");
    CHECK(all[0].headers["x-name"] == "Value");
    const std::string& came = server.end();
    CHECK(came.starts_with("PUT /a%20b HTTP/1.1\r\n"));
    CHECK(came.ends_with("\r\n\r\n<234>"));
    CHECK(came.find("Content-Type: text/plain\r\n") != std::string::npos);
    CHECK(came.find("Expect") == std::string::npos);
}

TEST_CASE("HttpTransfers: transfers in turn share one connection") {
    Answering server{created};
    HttpTransfers transfers{one_at_a_time()};
    TransferRequest put = request_of(TransferRequest::Method::put, server.url());
    put.body.before = "x";
    TransferRequest remove = request_of(TransferRequest::Method::remove, server.url());
    std::vector<TransferReply> all = replies(transfers, {put, remove, put});
    CHECK(all.size() == 3);
    CHECK(replies(transfers, {put}).size() == 1);
    CHECK(server.connections() == 1);
    CHECK(server.end().find("DELETE / HTTP/1.1\r\n") != std::string::npos);
}

TEST_CASE("HttpTransfers: a redirect is an answer, and is not followed") {
    Answering server{"HTTP/1.1 307 Over there\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"};
    HttpTransfers transfers{one_at_a_time()};
    TransferRequest post = request_of(TransferRequest::Method::post, server.url());
    std::vector<TransferReply> all = replies(transfers, {post});
    REQUIRE(all.size() == 1);
    CHECK(all[0].status == 307);
    CHECK(all[0].headers["location"] == "/b");
    CHECK(server.end().find("/b") == std::string::npos);
}

TEST_CASE("HttpTransfers: of an endless answer, the first 64 KiB are kept") {
    std::string much(100'000, 'x');
    Answering server{"HTTP/1.1 500 No\r\nContent-Length: 100000\r\n\r\n" + much};
    HttpTransfers transfers{one_at_a_time()};
    std::vector<TransferReply> all =
        replies(transfers, {request_of(TransferRequest::Method::get, server.url())});
    REQUIRE(all.size() == 1);
    CHECK(all[0].status == 500);
    CHECK(all[0].body.size() == 64 << 10);
}

TEST_CASE("HttpTransfers: a file that is shorter than its range ends its own transfer only") {
    Scratch scratch;
    write_file(scratch / "file", bytes_of("0123456789"));
    Answering server{created};
    TransferRequest request = request_of(TransferRequest::Method::put, server.url());
    TransferRequest good = request;
    request.body.file = std::make_shared<Fd>(open_to_read(scratch / "file"));
    request.body.bytes = 11;
    HttpTransfers transfers{one_at_a_time()};
    std::vector<TransferReply> all = replies(transfers, {request, good});
    REQUIRE(all.size() == 2);
    CHECK(all[0].file_was_short);
    CHECK(all[0].failure);
    CHECK(all[1].status == 201);
}

TEST_CASE("HttpTransfers: a server that says nothing is given up") {
    Answering server{""};
    TransferOptions options = one_at_a_time();
    options.silence = Duration{1};
    HttpTransfers transfers{options};
    std::vector<TransferReply> all =
        replies(transfers, {request_of(TransferRequest::Method::get, server.url())});
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].failure);
    CHECK(all[0].failure->status() == Exit::unavailable);
    CHECK(std::string{all[0].failure->what()} == "the server: silent for 1ms");
}

TEST_CASE("HttpTransfers: an answer that goes on and on is given up") {
    std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n";
    answer.append(8 << 20, 'x');
    Answering server{answer};
    HttpTransfers transfers{one_at_a_time()};
    std::vector<TransferReply> all =
        replies(transfers, {request_of(TransferRequest::Method::get, server.url())});
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].failure);
    CHECK(std::string{all[0].failure->what()} == "the server: its answer is too long");
    CHECK(all[0].failure->status() == Exit::unavailable);
}

TEST_CASE("HttpTransfers: who cannot be reached is unavailable, and what asks may throw") {
    HttpTransfers transfers{one_at_a_time()};
    TransferRequest request = request_of(TransferRequest::Method::get, "http://127.0.0.1:1/");
    std::vector<TransferReply> all = replies(transfers, {request});
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].failure);
    CHECK(all[0].failure->status() == Exit::unavailable);
    CHECK(all[0].status == 0);

    request.done = [](const TransferReply&) { throw Error("enough"); };
    CHECK_THROWS_WITH(transfers.run([&]() { return std::optional{request}; }), "enough");
    CHECK(replies(transfers, {request_of(TransferRequest::Method::get, "http://127.0.0.1:1/")})
              .size() == 1);
}
