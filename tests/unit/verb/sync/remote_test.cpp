// Addresses of remotes: which kind they are, and how they are shown.

#include "verb/sync/remote.hpp"

#include "../../scratch.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>

using namespace img;

TEST_CASE("remote: an address with a colon before any slash is one of ssh") {
    for (const char* address : {"host:", "host:/path", "user@host:path", "[::1]:/path",
                                "user@[fe80::1]:path", "a.b.example:x/y:z"})
        CHECK(is_ssh_address(address));
    for (const char* address : {"path", "/path", "./a:b", "dir/a:b", "sftp://host/path", ":x", "",
                                "s3://bucket", "[::1]/path", "dir/user@host:path"})
        CHECK_FALSE(is_ssh_address(address));
}

TEST_CASE("remote: what is shown has no secret, and one spelling") {
    CHECK(shown_remote("cam@host:/srv/cam/") == "cam@host:/srv/cam");
    CHECK(shown_remote("cam@host:/") == "cam@host:/");
    CHECK(shown_remote("https://u:secret@host/up?token=secret").find("secret") ==
          std::string::npos);
    CHECK(shown_remote("https://host/up/") == "https://host/up");
    CHECK(shown_remote("s3://bucket/a/") == "s3://bucket/a");
    CHECK(shown_remote("sftp://cam@host:2222/srv/") == "sftp://cam@host:2222/srv");
    Scratch scratch;
    fs::create_directory(scratch / "a");
    fs::create_directory_symlink("a", scratch / "link");
    std::string whole = fs::canonical(scratch / "a").string();
    for (const std::string& address :
         {(scratch / "a/").string(), (scratch / "link").string(), (scratch / "x/../a").string(),
          "file://" + (scratch / "a").string(), "file://localhost" + (scratch / "a").string()})
        CHECK(shown_remote(address) == whole);
}

TEST_CASE("remote: options that make it another place are part of its name") {
    RemoteOptions options;
    CHECK(shown_remote("s3://bucket", options) == "s3://bucket");
    options.endpoint = "https://store.example.org:9000/";
    options.port = 2222;
    CHECK(shown_remote("s3://bucket", options) ==
          "s3://bucket (at https://store.example.org:9000)");
    CHECK(shown_remote("host:/a", options) == "host:/a (port 2222)");
    CHECK(shown_remote("https://host/up", options) == "https://host/up");
}

TEST_CASE("remote: what is none says what there is, without secrets") {
    Scratch scratch;
    try {
        open_remote("ftp://u:secret@host/x", scratch.path(), {});
        FAIL("there is no ftp");
    } catch (const Error& error) {
        CHECK(error.status() == Exit::usage);
        CHECK(std::string{error.what()}.find("secret") == std::string::npos);
    }
}
