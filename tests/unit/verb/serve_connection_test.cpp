#include "verb/serve/connection.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <map>
#include <sys/socket.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Moment start{1000s};

/// What a sink was given, and whether it was left in the middle.
struct Taken {
    std::string body;
    bool is_finished = false, is_gone = false;
};

class Keeper : public BodySink {
public:
    explicit Keeper(Taken& taken) : taken_(taken) {}
    ~Keeper() override { taken_.is_gone = true; }
    std::uint64_t most() const override { return 100; }
    void take(ByteView bytes) override { taken_.body += text_of(bytes); }
    HttpResponse finish() override {
        taken_.is_finished = true;
        HttpResponse response = plain_response(200, taken_.body);
        return response;
    }

private:
    Taken& taken_;
};

HttpResponse text_response(std::vector<std::string> parts) {
    HttpResponse response;
    for (std::string& part : parts)
        response.body.emplace_back(std::move(part));
    return response;
}

/// A connection, its client at the other end of a pair of sockets, and what is asked of the server:
/// "/big" is ten megabytes, "/sink" takes a body, others are answered by their own path.
struct Meeting {
    ServerStatistics statistics;
    ScratchRoom scratch;
    Taken taken;
    std::vector<std::string> log;
    Exchanger exchanger{
        [this](const HttpRequest& request, const Client&) { return answer(request); },
        [] { return std::string_view{"Sat, 21 Nov 2026 13:43:38 GMT"}; },
        [this] { return now; },
        [this](const Exchange& exchange) {
            log.push_back(str(exchange.request ? std::string{exchange.request->target} : "-", " ",
                              exchange.status, " ", exchange.body_sent));
        },
        {},
        1024,
        statistics};
    Moment now = start;
    Fd client;
    std::unique_ptr<Connection> connection;

    explicit Meeting(Preface preface = Preface::none) {
        int pair[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
        client = Fd{pair[0]};
        connection = std::make_unique<Connection>(Fd{pair[1]}, Client{}, nullptr, preface, scratch,
                                                  exchanger, now);
    }

    Reply answer(const HttpRequest& request) {
        if (request.path == "/sink")
            return std::make_unique<Keeper>(taken);
        if (request.path == "/parts")
            return text_response({"one", "", "two", std::string(70'000, 'x'), "three"});
        HttpResponse response = text_response(
            {request.path == "/big" ? std::string(10'000'000, 'b') : std::string{request.path}});
        if (request.method == "HEAD")
            response.payload = HttpResponse::Payload::withheld;
        return response;
    }
    void send(std::string_view text) {
        REQUIRE(::send(*client, text.data(), text.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(text.size()));
    }
    void turn() { connection->advance(now); }
    /// What has come so far, once the connection has had its turns.
    std::string received() {
        std::string all;
        std::string room(1 << 20, '\0');
        for (int silent = 0; silent < 3;) {
            if (!connection->is_closed())
                turn();
            ssize_t got = ::recv(*client, room.data(), room.size(), 0);
            silent = got > 0 ? 0 : silent + 1;
            if (got > 0)
                all.append(room, 0, static_cast<std::size_t>(got));
        }
        return all;
    }
    std::string ask(std::string_view text) {
        send(text);
        return received();
    }
    void pass(Duration time) { now += time; }
};

std::string get(std::string_view path, std::string_view fields = "") {
    return str("GET ", path, " HTTP/1.1\r\nHost: a\r\n", fields, "\r\n");
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t times = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
        ++times;
    return times;
}

} // namespace

TEST_CASE("Connection: a request is answered, and the connection waits for the next") {
    Meeting meeting;
    std::string answer = meeting.ask(get("/a"));
    CHECK(answer == "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 13:43:38 GMT\r\n"
                    "Content-Length: 2\r\n\r\n/a");
    CHECK(meeting.connection->stage() == Stage::idle);
    CHECK(has(meeting.ask(get("/b")), "\r\n\r\n/b"));
    CHECK(meeting.log == std::vector<std::string>{"/a 200 2", "/b 200 2"});
    CHECK(meeting.statistics.answers[2] == 2);
    CHECK(meeting.statistics.body_bytes == 4);
}

TEST_CASE("Connection: requests that come together are answered in their order") {
    Meeting meeting;
    std::string all, wanted;
    for (int i = 0; i < 50; ++i) {
        all += get(str("/", i));
        wanted += str("/", i, " ");
    }
    std::string answers = meeting.ask(all);
    std::string order;
    for (std::size_t at = 0; (at = answers.find("\r\n\r\n", at)) != std::string::npos; at += 4)
        order += answers.substr(at + 4, answers.find('H', at) - at - 4) + " ";
    CHECK(order == wanted);
}

TEST_CASE("Connection: wherever the bytes are split, the answers are the same") {
    const std::string both = get("/first", "X: y\r\n") +
                             "POST /sink HTTP/1.1\r\nHost: a\r\n"
                             "Content-Length: 5\r\n\r\nhello" +
                             get("/last");
    const std::string wanted = Meeting{}.ask(both);
    CHECK(count(wanted, "HTTP/1.1 200") == 3);
    for (std::size_t at = 1; at < both.size(); ++at) {
        Meeting meeting;
        std::string answers = meeting.ask(both.substr(0, at));
        answers += meeting.ask(both.substr(at));
        CHECK_MESSAGE(answers == wanted, at);
    }
    Meeting slow;
    std::string answers;
    for (char c : both)
        answers += slow.ask({&c, 1});
    CHECK(answers == wanted);
}

TEST_CASE("Connection: a body of several parts comes whole and in order") {
    Meeting meeting;
    std::string answer = meeting.ask(get("/parts"));
    CHECK(has(answer, "Content-Length: 70011\r\n"));
    CHECK(answer.ends_with("\r\n\r\nonetwo" + std::string(70'000, 'x') + "three"));
}

TEST_CASE("Connection: HEAD has the length and no body") {
    Meeting meeting;
    std::string answer = meeting.ask("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(has(answer, "Content-Length: 4\r\n"));
    CHECK(answer.ends_with("\r\n\r\n"));
    CHECK(meeting.log == std::vector<std::string>{"/abc 200 0"});
}

TEST_CASE("Connection: a reader that stalls keeps its request, and its time runs") {
    Meeting meeting;
    meeting.send(get("/big") + get("/next"));
    for (int i = 0; i < 100; ++i)
        meeting.turn();
    CHECK(meeting.connection->stage() == Stage::answer);
    CHECK(meeting.connection->interest() == Interest::writing);
    CHECK_FALSE(meeting.connection->wants_turn());
    CHECK(meeting.connection->since() == start);
    // Others use the same room meanwhile.
    std::fill(meeting.scratch.input.begin(), meeting.scratch.input.end(), '!');
    std::fill(meeting.scratch.plain.begin(), meeting.scratch.plain.end(), '!');
    meeting.pass(5s);
    std::string answers = meeting.received();
    CHECK(count(answers, "b") == 10'000'000);
    CHECK_FALSE(has(answers, "!"));
    CHECK(answers.ends_with("\r\n\r\n/next"));
    CHECK(meeting.log == std::vector<std::string>{"/big 200 10000000", "/next 200 5"});
    CHECK(meeting.connection->since() == start + 5s);
}

TEST_CASE("Connection: one client does not keep the loop for itself") {
    Meeting meeting;
    std::string all;
    for (int i = 0; i < 100; ++i)
        all += get("/a");
    meeting.send(all);
    meeting.turn();
    CHECK(meeting.connection->wants_turn());
    CHECK(meeting.log.size() < 20);
    CHECK(count(meeting.received(), "200 OK") == 100);
}

TEST_CASE("Connection: a client that takes nothing is given up") {
    Meeting meeting;
    meeting.send(get("/big"));
    meeting.turn();
    while (meeting.connection->wants_turn())
        meeting.turn();
    meeting.pass(30s);
    CHECK(meeting.connection->expire(meeting.now));
    CHECK(meeting.connection->is_closed());
    REQUIRE(meeting.log.size() == 1);
    CHECK(meeting.log[0].starts_with("/big 200 "));
    CHECK(meeting.log[0] != "/big 200 10000000");
}

TEST_CASE("Connection: a head's time runs from its first byte, whatever comes later") {
    Meeting meeting;
    meeting.ask(get("/a"));
    CHECK(meeting.connection->stage() == Stage::idle);
    meeting.pass(20s);
    meeting.ask("GET / HT");
    CHECK(meeting.connection->stage() == Stage::head);
    CHECK(meeting.connection->since() == start + 20s);
    meeting.pass(5s);
    meeting.ask("TP/1.1\r\n");
    CHECK(meeting.connection->since() == start + 20s);
    meeting.pass(5s);
    CHECK(meeting.connection->expire(meeting.now));
    std::string answer = meeting.received();
    CHECK(has(answer, "408 Request Timeout"));
    CHECK(has(answer, "Connection: close\r\n"));
    CHECK(meeting.connection->stage() == Stage::linger);
}

TEST_CASE("Connection: who says nothing is closed without a word") {
    Meeting meeting;
    meeting.turn();
    CHECK(meeting.connection->stage() == Stage::head);
    CHECK(meeting.connection->since() == start);
    meeting.pass(10s);
    CHECK(meeting.connection->expire(meeting.now));
    CHECK(meeting.connection->is_closed());
    CHECK(meeting.log.empty());
}

TEST_CASE("Connection: a body goes to its sink, and the connection goes on") {
    Meeting meeting;
    std::string answers = meeting.ask("POST /sink HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked"
                                      "\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n" +
                                      get("/next"));
    CHECK(meeting.taken.body == "hello!");
    CHECK(meeting.taken.is_finished);
    CHECK(meeting.taken.is_gone);
    CHECK(answers.ends_with("\r\n\r\n/next"));
}

TEST_CASE("Connection: RFC 9110, 10.1.1: 100 (Continue) is said before a body is awaited") {
    const std::string head = "POST /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                             "Expect: 100-continue\r\n\r\n";
    SUBCASE("when it is expected") {
        Meeting meeting;
        CHECK(meeting.ask(head) == "HTTP/1.1 100 Continue\r\n\r\n");
        CHECK(meeting.ask("hi").starts_with("HTTP/1.1 200 OK\r\n"));
    }
    SUBCASE("but not when the body is there already") {
        CHECK(Meeting{}.ask(head + "hi").starts_with("HTTP/1.1 200 OK\r\n"));
    }
    SUBCASE("but not to HTTP/1.0") {
        Meeting meeting;
        CHECK(meeting
                  .ask("POST /sink HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue"
                       "\r\n\r\n")
                  .empty());
        CHECK(meeting.ask("hi").starts_with("HTTP/1.1 200 OK\r\n"));
    }
    SUBCASE("nor when the answer is known without the body") {
        Meeting meeting;
        std::string answer = meeting.ask("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                                         "Expect: 100-continue\r\n\r\n");
        CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(has(answer, "Connection: close\r\n"));
        CHECK(meeting.connection->stage() == Stage::linger);
    }
}

TEST_CASE("Connection: expectations that nobody knows are refused") {
    CHECK(has(Meeting{}.ask(get("/a", "Expect: miracles\r\n")), "417 Expectation Failed"));
}

TEST_CASE("Connection: a body that is too long is refused, announced or not") {
    Meeting announced, chunked;
    CHECK(has(announced.ask("POST /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n"),
              "413 Content Too Large"));
    CHECK(announced.taken.is_gone);
    std::string answer =
        chunked.ask("POST /sink HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" +
                    std::string(101, 'x'));
    CHECK(has(answer, "413 Content Too Large"));
    CHECK(has(answer, "Connection: close\r\n"));
    CHECK_FALSE(chunked.taken.is_finished);
}

TEST_CASE("Connection: broken framing ends the connection") {
    Meeting meeting;
    std::string answer = meeting.ask("POST /sink HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked"
                                     "\r\n\r\nnonsense\r\n");
    CHECK(has(answer, "400 Bad Request"));
    CHECK(has(answer, "Connection: close\r\n"));
    CHECK_FALSE(meeting.taken.is_finished);
    CHECK(meeting.taken.is_gone);
}

TEST_CASE("Connection: a body that comes too slowly is refused, one that is fast enough is not") {
    Meeting meeting;
    meeting.ask("POST /sink HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    CHECK(meeting.connection->stage() == Stage::body);
    std::string chunk = "1;" + std::string(1020, 'e') + "\r\nb\r\n"; // more than a kilobyte
    for (int i = 0; i < 5; ++i) {
        meeting.pass(1s);
        meeting.ask(chunk);
    }
    CHECK_FALSE(meeting.connection->expire(meeting.now));
    CHECK(meeting.connection->since() == start + 5s);
    meeting.pass(5s);
    CHECK(meeting.connection->expire(meeting.now));
    CHECK(has(meeting.received(), "408 Request Timeout"));
    CHECK(meeting.taken.is_gone);
}

TEST_CASE("Connection: a client that goes away takes its body with it") {
    Meeting meeting;
    meeting.ask("POST /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nhalf");
    meeting.client = Fd{};
    meeting.turn();
    CHECK(meeting.connection->is_closed());
    CHECK(meeting.taken.is_gone);
    CHECK_FALSE(meeting.taken.is_finished);
}

TEST_CASE("Connection: a file that has become shorter ends the connection") {
    fs::path path = fs::temp_directory_path() / fs::unique_path("shrunk-%%%%%%%%");
    for (std::uint64_t announced : {2'000u, 200'000u}) { // by a copy, and by the kernel
        write_file(path, bytes_of(std::string(1'000, 'f')));
        auto file = std::make_shared<SiteFile>();
        file->file = open_to_read(path);
        file->size = announced;
        Meeting meeting;
        meeting.exchanger.answer = [&](const HttpRequest&, const Client&) {
            HttpResponse response;
            response.body.emplace_back(FileRange{file, 0, announced});
            return response;
        };
        std::string answer = meeting.ask(get("/f"));
        CHECK(has(answer, str("Content-Length: ", announced)));
        CHECK(count(answer, "f") == 1'000);
        CHECK(meeting.connection->is_closed());
    }
    fs::remove(path);
}

TEST_CASE("Connection: what stands in memory is sent as what stands in the file") {
    fs::path path = fs::temp_directory_path() / fs::unique_path("kept-%%%%%%%%");
    std::string text;
    for (int i = 0; i < 40'000; ++i)
        text += str(i, " ");
    write_file(path, bytes_of(text));
    for (bool is_kept : {false, true}) {
        auto file = std::make_shared<SiteFile>();
        file->file = open_to_read(path);
        file->size = text.size();
        if (is_kept)
            file->content.assign(text.begin(), text.end());
        Meeting meeting;
        meeting.exchanger.answer = [&](const HttpRequest&, const Client&) {
            HttpResponse response;
            response.body.emplace_back(FileRange{file, 7, 50});
            response.body.emplace_back(std::string{"|"});
            response.body.emplace_back(FileRange{file, 100, 150'000});
            return response;
        };
        std::string answer = meeting.ask(get("/f"));
        CHECK(answer.ends_with(text.substr(7, 50) + "|" + text.substr(100, 150'000)));
        CHECK(meeting.connection->stage() == Stage::idle);
    }
    fs::remove(path);
}

TEST_CASE("Connection: a PROXY header says who the client is, and what follows it is not lost") {
    const std::string all = "PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n" + get("/a");
    for (std::size_t at = 1; at < all.size(); ++at) {
        Meeting meeting{Preface::proxy_header};
        std::string who;
        meeting.exchanger.answer = [&](const HttpRequest&, const Client& client) {
            who = client.text();
            return text_response({"a"});
        };
        std::string answer = meeting.ask(all.substr(0, at));
        answer += meeting.ask(all.substr(at));
        CHECK_MESSAGE(answer.ends_with("\r\n\r\na"), at);
        CHECK_MESSAGE(who == "192.0.2.7", at);
    }
    Meeting stranger{Preface::proxy_header};
    CHECK(stranger.ask(get("/a")).empty());
    CHECK(stranger.connection->is_closed());
    CHECK(stranger.statistics.refused == 1);
}

TEST_CASE("Connection: when the server ends, what is in hand is finished and nothing is begun") {
    SUBCASE("a connection that waits is closed") {
        Meeting meeting;
        meeting.ask(get("/a"));
        meeting.connection->wind_up(meeting.now);
        CHECK(meeting.connection->is_closed());
    }
    SUBCASE("a request that has arrived is answered, as the last") {
        Meeting meeting;
        meeting.ask(get("/a"));
        meeting.send(get("/b"));
        meeting.connection->wind_up(meeting.now);
        std::string answer = meeting.received();
        CHECK(has(answer, "Connection: close\r\n"));
        CHECK(answer.ends_with("\r\n\r\n/b"));
        CHECK(meeting.connection->stage() == Stage::linger);
        meeting.client = Fd{};
        meeting.turn();
        CHECK(meeting.connection->is_closed());
    }
    SUBCASE("half a head is no request") {
        Meeting meeting;
        meeting.send(get("/a").substr(0, 9));
        meeting.turn();
        meeting.connection->wind_up(meeting.now);
        CHECK(meeting.connection->is_closed());
    }
    SUBCASE("an answer under way is sent whole") {
        Meeting meeting;
        meeting.send(get("/big"));
        meeting.turn();
        meeting.connection->wind_up(meeting.now);
        CHECK(count(meeting.received(), "b") == 10'000'000);
        CHECK(meeting.connection->stage() == Stage::linger);
    }
}

TEST_CASE("Connection: a client that has shut down its side still gets its answer") {
    Meeting meeting;
    meeting.send(get("/a"));
    ::shutdown(*meeting.client, SHUT_WR);
    CHECK(meeting.received().ends_with("\r\n\r\n/a"));
    CHECK(meeting.connection->is_closed());
}
