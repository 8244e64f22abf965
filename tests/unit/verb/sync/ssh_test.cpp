#include "verb/sync/ssh.hpp"

#include "../../scratch.hpp"
#include "base/file.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace img;

namespace {

/// What is wrong with an address; "" when nothing is.
template <class Parse>
std::string refusal(const Parse& parse, const std::string& address) {
    try {
        parse(address);
    } catch (const Error& error) {
        CHECK(error.status() == Exit::usage);
        return error.what();
    }
    return "";
}

bool has(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string trouble(const std::string& words, Exit status, const RemoteOptions& options = {}) {
    const auto error = ssh_trouble(parse_ssh_address("cam@www:/srv"), options, words);
    REQUIRE(error);
    CHECK(error->status() == status);
    CHECK(std::string_view{error->what()}.find('\n') == std::string_view::npos);
    return error->what();
}

bool says(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("parse_ssh_address: takes user, host and path apart, and shows them in one spelling") {
    const SshAddress full = parse_ssh_address("cam@www.example.org:/srv/a b:c@d");
    CHECK(full.user == "cam");
    CHECK(full.host == "www.example.org");
    CHECK(full.path == "/srv/a b:c@d");
    CHECK(full.shown() == "cam@www.example.org:/srv/a b:c@d");
    const SshAddress home = parse_ssh_address("www:cam");
    CHECK(home.user.empty());
    CHECK(home.path == "cam");
    CHECK(parse_ssh_address("www:").path.empty());
    const SshAddress six = parse_ssh_address("cam@[2001:db8::1]:/srv");
    CHECK(six.host == "2001:db8::1");
    CHECK(six.path == "/srv");
    CHECK(six.shown() == "cam@[2001:db8::1]:/srv");
}

TEST_CASE("parse_ssh_address: what ssh could mistake, and what is no such address, is refused") {
    for (const char* address :
         {"-oProxyCommand=touch:/srv", "-l@www:/srv", "cam@-v:/srv", "www", "/srv/a:b", ":/srv",
          "@www:/srv", "a b:/srv", "$(id):/srv", "a;b:/srv", "www::module", "www:/a\nb",
          "[2001:db8::1/srv", "[]:/srv"}) {
        CAPTURE(address);
        CHECK_FALSE(refusal(parse_ssh_address, address).empty());
    }
    CHECK(says(refusal(parse_ssh_address, "www::module"), "daemon"));
}

TEST_CASE("parse_sftp_address: the path is from the root, or from home") {
    const SshAddress full = parse_sftp_address("sftp://cam@www.example.org:2222/srv/a%20b");
    CHECK(full.user == "cam");
    CHECK(full.host == "www.example.org");
    CHECK(full.path == "/srv/a b");
    CHECK(full.port == 2222);
    CHECK(parse_sftp_address("sftp://www/~/cam").path == "cam");
    CHECK(parse_sftp_address("sftp://www/~").path.empty());
    CHECK(parse_sftp_address("sftp://[::1]/srv").host == "::1");
    CHECK_FALSE(parse_sftp_address("sftp://www/srv").port);
}

TEST_CASE("parse_sftp_address: passwords and other nonsense are refused, and not shown") {
    const std::string why = refusal(parse_sftp_address, "sftp://cam:secret@www/srv");
    CHECK(says(why, "keys, not passwords"));
    CHECK_FALSE(says(why, "secret"));
    for (const char* address : {"sftp://-oX@www/srv", "sftp://www:0/srv", "sftp://www/a%zz",
                                "sftp://www/srv?x=1", "http://www/srv", "sftp://www/a%0Ab"}) {
        CAPTURE(address);
        CHECK_FALSE(refusal(parse_sftp_address, address).empty());
    }
}

TEST_CASE("ssh_options: nobody is asked, and an unknown host is never trusted") {
    RemoteOptions options;
    options.connect_timeout = Duration{1'500};
    options.silence = Duration{30'000};
    const auto words = ssh_options(options, std::nullopt);
    CHECK(has(words, "-oBatchMode=yes"));
    CHECK(has(words, "-oStrictHostKeyChecking=yes"));
    CHECK(has(words, "-oConnectTimeout=2"));
    CHECK(has(words, "-oServerAliveInterval=10"));
    CHECK(std::none_of(words.begin(), words.end(), [](const std::string& word) {
        return word.starts_with("-oPort") || word.starts_with("-oIdentit") ||
               word.starts_with("-oUserKnown");
    }));
}

TEST_CASE("ssh_options: runs with a socket share one connection, which is not left for long") {
    RemoteOptions options;
    for (const std::string& word : ssh_options(options, std::nullopt))
        CHECK(word.find("Control") == std::string::npos);
    options.ssh_socket = "/run/with blank/50%";
    const auto words = ssh_options(options, std::nullopt);
    CHECK(has(words, "-oControlMaster=auto"));
    CHECK(has(words, "-oControlPersist=60"));
    CHECK(has(words, "-oControlPath=\"/run/with blank/50%%\""));
}

TEST_CASE("ssh_socket_at: a path that is too long for ssh has none") {
    CHECK(ssh_socket_at("/run/socket") == "/run/socket");
    // sun_path of unix(7) has 108 bytes with its zero; ssh adds 17 letters.
    CHECK(ssh_socket_at(std::string(90, 'a')) == std::string(90, 'a'));
    CHECK(ssh_socket_at(std::string(91, 'a')) == "");
}

TEST_CASE("end_ssh_connection: what is no socket of ssh, or not there, ends nothing") {
    Scratch scratch;
    RemoteOptions options;
    end_ssh_connection(options);
    options.ssh_socket = (scratch / "socket").string();
    end_ssh_connection(options);
    write_file(scratch / "socket", {});
    end_ssh_connection(options);
    CHECK_FALSE(fs::exists(scratch / "socket"));
}

TEST_CASE("ssh_options: the port of the options goes before that of the address") {
    RemoteOptions options;
    CHECK(has(ssh_options(options, 2222), "-oPort=2222"));
    options.port = 23;
    CHECK(has(ssh_options(options, 2222), "-oPort=23"));
}

TEST_CASE("ssh_options: files are quoted for ssh, must be there, and have names it can be told") {
    Scratch scratch;
    const std::string good = (scratch / "a b 'c 50%").string();
    const std::string bad = (scratch / "a\"b").string();
    write_file(good, bytes_of("x"));
    write_file(bad, bytes_of("x"));
    RemoteOptions options;
    options.identity = options.known_hosts = good;
    const auto words = ssh_options(options, std::nullopt);
    CHECK(has(words, "-oIdentityFile=\"" + good + "%\""));
    CHECK(has(words, "-oUserKnownHostsFile=\"" + good + "%\""));
    CHECK(has(words, "-oIdentitiesOnly=yes"));
    for (const std::string& file : {bad, (scratch / "none").string()}) {
        options.identity = file;
        CHECK_THROWS_AS(ssh_options(options, std::nullopt), Error);
    }
}

TEST_CASE("ssh_trouble: a host key that is unknown or changed says what to do, and is final") {
    RemoteOptions options;
    options.known_hosts = "/etc/hosts of ssh";
    options.port = 2222;
    const std::string unknown =
        trouble("No ED25519 host key is known for [www]:2222 and you have requested strict "
                "checking.\nHost key verification failed.\n",
                Exit::failed, options);
    CHECK(says(unknown, "cam@www:/srv: the host key is not known"));
    CHECK(says(unknown, "'ssh-keyscan -p 2222 www >> /etc/hosts of ssh'"));
    CHECK(says(unknown, "ssh-keygen -lf"));
    CHECK_FALSE(says(unknown, " -R "));
    const std::string changed =
        trouble("@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n"
                "Offending ED25519 key in /etc/hosts of ssh:1\nHost key verification failed.\n",
                Exit::failed, options);
    CHECK(says(changed, "the host key has changed"));
    CHECK(says(changed, "-R [www]:2222"));
}

TEST_CASE("ssh_trouble: a key that is not accepted is final, a file that is not writable no matter "
          "of ssh") {
    CHECK(says(trouble("cam@www: Permission denied (publickey,password).\n", Exit::failed),
               "no key of ours is accepted there"));
    CHECK_FALSE(ssh_trouble(parse_ssh_address("www:/srv"), {},
                            "rsync: mkstemp \"/srv/.a.x\" failed: Permission denied (13)\n"));
    CHECK_FALSE(ssh_trouble(parse_ssh_address("www:/srv"), {}, ""));
}

TEST_CASE("ssh_trouble: a host that is not reached may be reached again") {
    for (const char* words :
         {"ssh: connect to host www port 22: Connection refused\n",
          "ssh: connect to host www port 22: No route to host\n",
          "ssh: Could not resolve hostname www: Temporary failure in name resolution\n",
          "kex_exchange_identification: Connection closed by remote host\n",
          "Connection timed out during banner exchange\n", "Timeout, server www not responding.\n",
          "Connection reset by 192.0.2.1 port 22\n"}) {
        CAPTURE(words);
        const std::string text = trouble(words, Exit::unavailable);
        CHECK(says(text, std::string{trim(words)}.c_str()));
    }
}

TEST_CASE("last_words: what was said goes before the sum of it") {
    CHECK(last_words("a\nrsync: [receiver] write failed\nrsync error: error in file IO\n") ==
          "rsync: [receiver] write failed");
    CHECK(last_words("dest open \"/x\": No such file or directory\nConnection closed\n") ==
          "dest open \"/x\": No such file or directory");
    CHECK(last_words("rsync: connection unexpectedly closed (0 bytes)\nrsync error: x\n") ==
          "rsync: connection unexpectedly closed (0 bytes)");
    CHECK(last_words("rsync error: x\n") == "rsync error: x");
    CHECK(last_words("\n\n").empty());
    CHECK(last_words("\x1b[31mred\n") == "\\x1b[31mred");
}

TEST_CASE("is_as_listed: size and time to the nanosecond, through links, of files only") {
    Scratch scratch;
    write_file(scratch / "a", bytes_of("text"));
    fs::create_symlink("a", scratch / "link");
    fs::create_directory(scratch / "d");
    struct stat about {};
    REQUIRE(::stat((scratch / "a").c_str(), &about) == 0);
    SyncFile file{"a", 4, about.st_mtim.tv_sec * 1'000'000'000LL + about.st_mtim.tv_nsec};
    CHECK(is_as_listed(scratch.path(), file));
    file.path = "link";
    CHECK(is_as_listed(scratch.path(), file));
    ++file.changed;
    CHECK_FALSE(is_as_listed(scratch.path(), file));
    --file.changed;
    file.bytes = 5;
    CHECK_FALSE(is_as_listed(scratch.path(), file));
    file.path = "none";
    CHECK_FALSE(is_as_listed(scratch.path(), file));
    REQUIRE(::stat((scratch / "d").c_str(), &about) == 0);
    CHECK_FALSE(is_as_listed(scratch.path(),
                             {"d", static_cast<std::uint64_t>(about.st_size),
                              about.st_mtim.tv_sec * 1'000'000'000LL + about.st_mtim.tv_nsec}));
}
