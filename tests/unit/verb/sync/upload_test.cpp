#include "verb/sync/upload.hpp"

#include "../../scratch.hpp"
#include "base/error.hpp"
#include "verb/sync/upload_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace img;

namespace {

using Method = RemoteOptions::Method;

/// As a listing of the directory says.
SyncFile listed(const fs::path& directory, const std::string& path) {
    struct stat about {};
    REQUIRE(::stat((directory / path).c_str(), &about) == 0);
    SyncFile file;
    file.path = path;
    file.bytes = static_cast<std::uint64_t>(about.st_size);
    file.changed = std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec;
    return file;
}

SyncFile frame() {
    SyncFile file;
    file.path = "north/2026/20261121T134338.123Z.jpg";
    file.bytes = 3;
    file.time = parse_iso_time("2026-11-21T13:43:38.123Z");
    file.camera = "north";
    return file;
}

void check_usage(const std::string& address, const RemoteOptions& options) {
    try {
        open_upload(address, "archive", options);
        FAIL("nothing is wrong with " << address);
    } catch (const Error& error) {
        CHECK(error.status() == Exit::usage);
        CHECK(std::string{error.what()}.find("s3cr3t") == std::string::npos);
    }
}

} // namespace

TEST_CASE("upload_form: the recorder's two fields are there, and the picture is last") {
    UploadForm form = upload_form(frame(), sha256_of(bytes_of("abc")), "edge");
    CHECK(form.content_type == "multipart/form-data; boundary=edge");
    CHECK(form.before ==
          "--edge\r\nContent-Disposition: form-data; name=\"timestamp\"\r\n\r\n"
          "2026-11-21T13:43:38.123Z\r\n"
          "--edge\r\nContent-Disposition: form-data; name=\"camera\"\r\n\r\nnorth\r\n"
          "--edge\r\nContent-Disposition: form-data; name=\"path\"\r\n\r\n"
          "north/2026/20261121T134338.123Z.jpg\r\n"
          "--edge\r\nContent-Disposition: form-data; name=\"sha256\"\r\n\r\n"
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\r\n"
          "--edge\r\nContent-Disposition: form-data; name=\"image\"; "
          "filename=\"20261121T134338.123Z.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n");
    CHECK(form.after == "\r\n--edge--\r\n");
}

TEST_CASE("upload_form: no camera, no field; a name cannot end its quotes") {
    SyncFile file = frame();
    file.camera.clear();
    file.path = "a\"b\r\nc.jpg";
    UploadForm form = upload_form(file, Sha256{}, "edge");
    CHECK(form.before.find("camera") == std::string::npos);
    CHECK(form.before.find("filename=\"a%22b%0D%0Ac.jpg\"") != std::string::npos);
}

TEST_CASE("idempotency_key: another content or another path is another key") {
    SyncFile file = frame(), other = frame();
    other.path += "x";
    Sha256 one = sha256_of(bytes_of("1")), two = sha256_of(bytes_of("2"));
    CHECK(idempotency_key(file, one) == idempotency_key(frame(), one));
    CHECK(idempotency_key(file, one) != idempotency_key(file, two));
    CHECK(idempotency_key(file, one) != idempotency_key(other, one));
}

TEST_CASE("upload_outcome: what a status says of the file and what of the attempt") {
    auto by_form = [](long status) { return upload_outcome(Method::post, status, ""); };
    auto by_put = [](long status) { return upload_outcome(Method::put, status, ""); };
    for (long status : {200, 201, 202, 204})
        CHECK(by_put(status) == UploadOutcome::arrived);
    for (long status : {400, 413, 414, 415, 422})
        CHECK(by_form(status) == UploadOutcome::refused);
    for (long status : {301, 302, 307, 401, 403, 404, 405, 407, 410, 501})
        CHECK(by_form(status) == UploadOutcome::failed);
    for (long status : {408, 425, 429, 500, 502, 503, 504, 507})
        CHECK(by_form(status) == UploadOutcome::unavailable);
    for (long status : {409, 412}) {
        CHECK(by_form(status) == UploadOutcome::arrived);
        CHECK(by_put(status) == UploadOutcome::failed);
    }
}

TEST_CASE("upload_outcome: a connection that is wrong refuses no file") {
    CHECK(upload_outcome(Method::post, 400, "<title>400 No required SSL certificate was sent") ==
          UploadOutcome::failed);
    CHECK(upload_outcome(Method::put, 400, "The plain HTTP request was sent to HTTPS port") ==
          UploadOutcome::failed);
}

TEST_CASE("open_upload: secrets neither stand in addresses nor cross a network readable") {
    RemoteOptions token, login, both, key;
    token.token_file = login.login_file = both.token_file = both.login_file = "file";
    key.key = "key.pem";
    check_usage("https://user:s3cr3t@example.org/upload", {});
    check_usage("http://example.org/upload?token=s3cr3t", token);
    check_usage("http://example.org/upload", login);
    check_usage("https://example.org/upload", both);
    check_usage("https://example.org/upload", key);
    for (const char* here : {"http://localhost:5000/upload", "http://127.0.0.1/", "http://[::1]/"})
        CHECK_NOTHROW(open_upload(here, "archive", token));
    CHECK_NOTHROW(open_upload("http://example.org/upload", "archive", {}));
}

TEST_CASE("open_upload: forms are for frames, resources for everything") {
    RemoteOptions put;
    put.method = Method::put;
    SyncFile page;
    page.path = "index.html";
    CHECK(open_upload("https://example.org/", "archive", {})->takes(frame()));
    CHECK_FALSE(open_upload("https://example.org/", "archive", {})->takes(page));
    CHECK(open_upload("https://example.org/", "archive", put)->takes(page));
}

TEST_CASE("open_upload: what was sent as a form cannot be deleted") {
    std::unique_ptr<Remote> remote = open_upload("https://example.org/", "archive", {});
    CHECK_THROWS_AS(remote->remove({"a.jpg"}, [](std::size_t) {}), Error);
}

TEST_CASE("UploadFile: what has changed, gone or become something else is not opened") {
    Scratch scratch;
    write_file(scratch / "a.jpg", bytes_of("abc"));
    SyncFile file = listed(scratch.path(), "a.jpg");
    std::shared_ptr<const UploadFile> open = UploadFile::open(scratch.path(), file);
    REQUIRE(open);
    CHECK(open->is_as_listed());
    CHECK(open->sum(0, 3) == sha256_of(bytes_of("abc")));
    CHECK(open->sum(1, 1) == sha256_of(bytes_of("b")));
    CHECK_FALSE(open->sum(1, 3));

    write_file(scratch / "a.jpg", bytes_of("abcd"));
    CHECK_FALSE(UploadFile::open(scratch.path(), file));
    CHECK_MESSAGE(open->is_as_listed(), "what is open is the old one");
    fs::remove(scratch / "a.jpg");
    CHECK_FALSE(UploadFile::open(scratch.path(), file));
    REQUIRE(::mkfifo((scratch / "a.jpg").c_str(), 0600) == 0);
    CHECK_FALSE(UploadFile::open(scratch.path(), listed(scratch.path(), "a.jpg")));
}

TEST_CASE("UploadFile: a file that grows after it was opened is no longer as listed") {
    Scratch scratch;
    write_file(scratch / "a.jpg", bytes_of("abc"));
    auto open = UploadFile::open(scratch.path(), listed(scratch.path(), "a.jpg"));
    REQUIRE(open);
    std::FILE* file = std::fopen((scratch / "a.jpg").c_str(), "a");
    std::fputs("d", file);
    std::fclose(file);
    CHECK_FALSE(open->is_as_listed());
}

TEST_CASE("encoded_path: slashes stay, all else that could mean something else does not") {
    CHECK(encoded_path("north/2026/a.jpg") == "north/2026/a.jpg");
    CHECK(encoded_path("a b+c:\xc3\xbc%?#&=.jpg") == "a%20b%2Bc%3A%C3%BC%25%3F%23%26%3D.jpg");
}

TEST_CASE("server_words: one line, or a page's title, without control characters") {
    CHECK(server_words("\n too large \r\nsecond\n") == "too large");
    CHECK(server_words("<html>\r\n<head><title>413 Too Large</title></head>") == "Too Large");
    CHECK(server_words("<title>500</title>") == "");
    CHECK(server_words("<html><body>") == "");
    CHECK(server_words("a\x1b[31mb") == "a\\x1b[31mb");
}
