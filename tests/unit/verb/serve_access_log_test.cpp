#include "verb/serve/access_log.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <csignal>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

using namespace img;

namespace {

using Format = ServeOptions::LogFormat;
const Instant now = *parse_iso_time("2026-11-21T13:43:38.042Z");

std::string line_of(const HttpRequest* request, int status, std::uint64_t sent,
                    std::string_view client = "192.0.2.1", Format format = Format::combined) {
    Client asking{parse_ip_address(client), true};
    AccessLines lines{format, Zone{std::chrono::minutes{0}}};
    std::string line;
    lines.append(line, {asking, request, status, sent, Duration{1234}}, now);
    CHECK(line.find('\n') == line.size() - 1);
    return line.substr(0, line.size() - 1);
}

nlohmann::json json_of(const HttpRequest* request, int status, std::uint64_t sent,
                       std::string_view client = "192.0.2.1") {
    return nlohmann::json::parse(line_of(request, status, sent, client, Format::json));
}

HttpRequest request_for(std::string_view path, std::string_view query = "") {
    HttpRequest request;
    static std::string target; // what the request is a view of
    target = query.empty() ? std::string{path} : std::string{path} + "?" + std::string{query};
    request.method = "GET";
    request.target = target;
    request.path = path;
    request.query = query;
    return request;
}

void write_lines(AccessLog& log, int count) {
    HttpRequest request = request_for("/latest.jpg");
    Client client{parse_ip_address("192.0.2.1"), true};
    for (int i = 0; i < count; ++i)
        log.write({client, &request, 200, 512, {}}, now);
}

std::string text_of(const fs::path& file) {
    Bytes bytes = read_file(file);
    return {bytes.begin(), bytes.end()};
}

/// How many lines of `text` there are; each is whole.
std::size_t whole_lines(const std::string& text) {
    std::size_t count = 0;
    for (std::string_view line : split(text, '\n'))
        if (!line.empty()) {
            CHECK(line.starts_with("192.0.2.1 - - ["));
            CHECK(line.ends_with("\"GET /latest.jpg HTTP/1.1\" 200 512 \"-\" \"-\""));
            ++count;
        }
    return count;
}

/// An empty directory that goes with the test.
struct LogDirectory {
    fs::path path = fs::temp_directory_path() / fs::unique_path("logs-%%%%%%%%");
    LogDirectory() { fs::create_directory(path); }
    LogDirectory(const LogDirectory&) = delete;
    LogDirectory& operator=(const LogDirectory&) = delete;
    ~LogDirectory() { fs::remove_all(path); }
    fs::path operator/(const std::string& name) const { return path / name; }
};

/// A pipe that nobody waits for at either end.
struct Pipe {
    Fd out, in;
    Pipe() {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
        out = Fd{ends[0]};
        in = Fd{ends[1]};
    }
    std::string read() const {
        std::string all(1 << 20, '\0');
        std::size_t length = 0;
        ssize_t got;
        while ((got = ::read(*out, all.data() + length, all.size() - length)) > 0)
            length += static_cast<std::size_t>(got);
        all.resize(length);
        return all;
    }
};

/// While it lives, a descriptor leads elsewhere.
struct Diverted {
    int fd;
    Fd before{::dup(fd)};
    Diverted(int fd_, int to) : fd(fd_) {
        std::fflush(stdout);
        ::dup2(to, fd);
    }
    Diverted(const Diverted&) = delete;
    Diverted& operator=(const Diverted&) = delete;
    ~Diverted() { ::dup2(*before, fd); }
};

/// What is said on stderr while it lives.
struct Said {
    Pipe pipe;
    Diverted diverted{STDERR_FILENO, *pipe.in};
    std::vector<std::string> lines() const {
        std::vector<std::string> lines;
        std::string text = pipe.read();
        for (std::string_view line : split(text, '\n'))
            if (!line.empty())
                lines.emplace_back(line);
        return lines;
    }
};

/// While it lives, no file grows beyond `bytes`: a disk that is full.
struct FullDisk {
    rlimit before{};
    explicit FullDisk(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before);
        rlimit limit{bytes, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before); }
};

} // namespace

TEST_CASE("AccessLines: the combined format") {
    HttpRequest request = request_for("/latest.jpg");
    request.fields = {{"referer", "https://cam/"}, {"user-agent", "agent"}};
    CHECK(line_of(&request, 200, 512) ==
          "192.0.2.1 - - [21/Nov/2026:13:43:38 +0000] \"GET /latest.jpg HTTP/1.1\" 200 512 "
          "\"https://cam/\" \"agent\"");
}

TEST_CASE("AccessLines: a dash stands for what there is not") {
    CHECK(line_of(nullptr, 400, 0, "") ==
          "- - - [21/Nov/2026:13:43:38 +0000] \"-\" 400 - \"-\" \"-\"");
    HttpRequest request = request_for("/");
    request.minor = 0;
    request.fields = {{"user-agent", ""}};
    CHECK(line_of(&request, 304, 0) ==
          "192.0.2.1 - - [21/Nov/2026:13:43:38 +0000] \"GET / HTTP/1.0\" 304 - \"-\" \"-\"");
}

TEST_CASE("AccessLines: what a client sends can neither end the quotes nor the line") {
    HttpRequest request = request_for("/\"x");
    request.fields = {{"Referer", "\x1b[31m\" 200"}, {"USER-AGENT", "a\tb\x7f\n\x9b\\"}};
    std::string line = line_of(&request, 404, 1);
    CHECK(line.find("\"GET /\\\"x HTTP/1.1\"") != std::string::npos);
    CHECK(line.find("\"\\x1b[31m\\\" 200\"") != std::string::npos);
    // A backslash at the end of a value does not take the closing quote with it.
    CHECK(line.ends_with("\"a\\x09b\\x7f\\x0a\\x9b\\\\\""));
    nlohmann::json object = json_of(&request, 404, 1);
    CHECK(object["target"] == "/\"x");
    CHECK(object["referer"] == "\x1b[31m\" 200");
    CHECK(object["agent"] == "a\tb\x7f\n\ufffd\\");
    CHECK(line_of(&request, 404, 1, "192.0.2.1", Format::json).find('\x7f') == std::string::npos);
}

TEST_CASE("AccessLines: secrets of the query are not written, be it the request's or the "
          "referer's") {
    for (Format format : {Format::combined, Format::json}) {
        HttpRequest request = request_for("/a", "x=1&token=hidden&password=hidden&%74oken=hidden");
        request.fields = {{"referer", "https://user:hidden@cam/?token=hidden&y=2"}};
        std::string line = line_of(&request, 200, 1, "192.0.2.1", format);
        CHECK(line.find("hidden") == std::string::npos);
        CHECK(line.find("/a?x=1&token=***&password=***&%74oken=***") != std::string::npos);
        CHECK(line.find("y=2") != std::string::npos);
        request = request_for("http://user:hidden@cam/");
        CHECK(line_of(&request, 200, 1, "192.0.2.1", format).find("hidden") == std::string::npos);
    }
}

TEST_CASE("AccessLines: JSON has each fact under its name") {
    HttpRequest request = request_for("/latest.jpg", "x=1");
    request.fields = {{"referer", "https://cam/"}, {"user-agent", "agent \xc3\xa9"}};
    CHECK(line_of(&request, 200, 512, "2001:db8::1", Format::json) ==
          "{\"time\":\"2026-11-21T13:43:38.042Z\",\"client\":\"2001:db8::1\",\"method\":\"GET\","
          "\"target\":\"/latest.jpg?x=1\",\"status\":200,\"bytes\":512,"
          "\"referer\":\"https://cam/\",\"agent\":\"agent \xc3\xa9\",\"seconds\":1.234,"
          "\"tls\":true}");
    nlohmann::json nothing = json_of(nullptr, 400, 0, "");
    for (const char* name : {"client", "method", "target", "referer", "agent"})
        CHECK(nothing[name].is_null());
    CHECK(nothing["bytes"] == 0);
}

TEST_CASE("AccessLines: whatever bytes a client sends, JSON is well-formed and one line") {
    std::string all;
    for (int round = 0; round < 2; ++round)
        for (int c = 1; c < 256; ++c)
            (all += static_cast<char>(c)) += round == 0 ? "" : "\x80";
    for (const char* text : {"\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x9f",
                             "\xf0\x9f\x93\xb7", "\xc2\x9b", "\xc0\xaf", "\xff"})
        all += text;
    for (std::size_t from = 0; from < all.size(); ++from) {
        HttpRequest request = request_for("/");
        std::string_view part = std::string_view{all}.substr(from, 9);
        request.fields = {{"user-agent", part}};
        std::string line = line_of(&request, 200, 1, "192.0.2.1", Format::json);
        nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
        REQUIRE(!object.is_discarded());
        CHECK(std::none_of(line.begin(), line.end(), [](unsigned char c) { return c < 0x20; }));
    }
}

TEST_CASE("AccessLog: lines are gathered, and written by flush, by 64 KiB and at the end") {
    LogDirectory scratch;
    ServerStatistics statistics;
    fs::path file = scratch / "log";
    {
        AccessLog log{file.string(), Format::combined, statistics};
        write_lines(log, 3);
        CHECK(text_of(file).empty());
        log.flush();
        CHECK(whole_lines(text_of(file)) == 3);
        write_lines(log, 1000);
        CHECK(text_of(file).size() > 64 * 1024);
    }
    CHECK(whole_lines(text_of(file)) == 1003);
    CHECK(statistics.log_lines_lost == 0);
}

TEST_CASE("AccessLog: reopening loses nothing, and keeps the file that cannot be replaced") {
    LogDirectory scratch;
    ServerStatistics statistics;
    fs::create_directory(scratch / "logs");
    fs::path file = scratch / "logs/log";
    {
        AccessLog log{file.string(), Format::combined, statistics};
        write_lines(log, 3);
        fs::rename(file, scratch / "moved");
        log.reopen();
        write_lines(log, 2);
        log.flush();
        CHECK(whole_lines(text_of(scratch / "moved")) == 3);
        CHECK(whole_lines(text_of(file)) == 2);
        fs::rename(scratch / "logs", scratch / "elsewhere");
        CHECK_THROWS_AS(log.reopen(), Error);
        write_lines(log, 2);
    }
    CHECK(whole_lines(text_of(scratch / "elsewhere/log")) == 4);
}

TEST_CASE("AccessLog: a full disk tears no line, is said once, and the log goes on with room") {
    LogDirectory scratch;
    ServerStatistics statistics;
    fs::path file = scratch / "log";
    std::size_t kept = 0;
    {
        AccessLog log{file.string(), Format::combined, statistics};
        Said said;
        {
            FullDisk disk{150};
            write_lines(log, 3);
            log.flush();
            log.flush();
            CHECK(whole_lines(text_of(file)) == 1);
            CHECK(text_of(file).ends_with('\n'));
            write_lines(log, 2000);
            log.flush();
            kept = 2003 - statistics.log_lines_lost;
            CHECK(statistics.log_lines_lost > 1000);
            std::vector<std::string> lines = said.lines();
            REQUIRE(lines.size() == 1);
            CHECK(lines[0].ends_with("access log: " + file.string() + ": File too large"));
        }
        log.flush();
        std::vector<std::string> lines = said.lines();
        REQUIRE(lines.size() == 1);
        CHECK(lines[0].ends_with(str("lines lost: ", statistics.log_lines_lost)));
        write_lines(log, 2);
    }
    CHECK(whole_lines(text_of(file)) == kept + 2);
}

TEST_CASE("AccessLog: a reader that does not read costs lines and no time, and no line is torn") {
    ServerStatistics statistics;
    Pipe pipe;
    ::fcntl(*pipe.in, F_SETFL, 0); // who gave it to us would wait
    std::string read;
    {
        Diverted other{STDOUT_FILENO, *pipe.in};
        AccessLog log{"-", Format::combined, statistics};
        Said said;
        write_lines(log, 5000);
        CHECK(statistics.log_lines_lost > 0);
        read += pipe.read();
        log.flush();
        read += pipe.read();
        write_lines(log, 1);
        log.flush();
        read += pipe.read();
        CHECK(said.lines().size() == 2);
    }
    CHECK(read.ends_with('\n'));
    CHECK(whole_lines(read) == 5001 - statistics.log_lines_lost);
}

TEST_CASE("AccessLog: what a closed pipe does not take is counted") {
    ServerStatistics statistics;
    std::signal(SIGPIPE, SIG_IGN);
    Pipe pipe;
    Said said;
    {
        Diverted other{STDOUT_FILENO, *pipe.in};
        AccessLog log{"-", Format::combined, statistics};
        pipe.out = Fd{};
        write_lines(log, 3);
        log.flush();
    }
    CHECK(statistics.log_lines_lost == 3);
    CHECK(said.lines().size() == 1);
}
