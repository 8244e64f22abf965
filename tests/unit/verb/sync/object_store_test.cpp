#include "verb/sync/object_store.hpp"

#include "base/error.hpp"
#include "verb/sync/object_store_signature.hpp"
#include "verb/sync/object_store_words.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace img;

namespace {

/// The keys of Amazon's examples.
const StoreKeys example_keys{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                             ""};

std::string signature_of(const StoreRequest& request) {
    std::vector<std::string> lines =
        signed_headers(request, example_keys, "us-east-1", *parse_iso_time("2013-05-24T00:00:00Z"));
    std::string last = lines.back();
    return last.substr(last.rfind('=') + 1);
}

SyncFile named(const std::string& path) {
    SyncFile file;
    file.path = path;
    return file;
}

void check_usage(const std::string& address, const std::string& endpoint,
                 const std::string& region) {
    try {
        store_place(address, endpoint, region);
        FAIL("nothing is wrong with " << address);
    } catch (const Error& error) {
        CHECK(error.status() == Exit::usage);
        CHECK(std::string{error.what()}.find("s3cr3t") == std::string::npos);
    }
}

} // namespace

// Amazon S3 API Reference, "Signature Calculations for the Authorization Header", its examples.
TEST_CASE("signed_headers: Amazon's example of getting an object") {
    StoreRequest request;
    request.method = "GET";
    request.host = "examplebucket.s3.amazonaws.com";
    request.path = "/test.txt";
    request.headers["range"] = "bytes=0-9";
    request.payload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    CHECK(signature_of(request) ==
          "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_CASE("signed_headers: Amazon's example of putting an object") {
    StoreRequest request;
    request.method = "PUT";
    request.host = "examplebucket.s3.amazonaws.com";
    request.path = "/test%24file.text";
    request.headers["date"] = "Fri, 24 May 2013 00:00:00 GMT";
    request.headers["x-amz-storage-class"] = "REDUCED_REDUNDANCY";
    request.payload = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    CHECK(signature_of(request) ==
          "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_CASE("signed_headers: Amazon's example of listing, by a query") {
    StoreRequest request;
    request.method = "GET";
    request.host = "examplebucket.s3.amazonaws.com";
    request.path = "/";
    request.query = "max-keys=2&prefix=J";
    request.payload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    CHECK(signature_of(request) ==
          "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("signed_headers: a session's token is sent and signed, and the secret is in no line") {
    StoreRequest request;
    request.method = "PUT";
    request.host = "store";
    request.path = "/a";
    StoreKeys keys{"id", "s3cr3t", "token"};
    std::vector<std::string> lines =
        signed_headers(request, keys, "eu-north-1", *parse_iso_time("2026-11-21T13:43:38.123Z"));
    auto has = [&](const std::string& line) {
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    };
    CHECK(has("x-amz-security-token: token"));
    CHECK(has("x-amz-date: 20261121T134338Z"));
    CHECK(lines.back().find("x-amz-date;x-amz-security-token") != std::string::npos);
    CHECK(lines.back().find("Credential=id/20261121/eu-north-1/s3/aws4_request") !=
          std::string::npos);
    for (const std::string& line : lines)
        CHECK(line.find("s3cr3t") == std::string::npos);
}

TEST_CASE(
    "store_place: at Amazon's, the bucket is a host, unless a dot in it fits no certificate") {
    StorePlace place = store_place("s3://cams/north/", "", "eu-north-1");
    CHECK(place.base == "https://cams.s3.eu-north-1.amazonaws.com");
    CHECK(place.path == "/north/");
    place = store_place("s3://cams.example.org", "", "us-east-1");
    CHECK(place.base == "https://s3.us-east-1.amazonaws.com");
    CHECK(place.path == "/cams.example.org/");
    CHECK(store_place("s3://cams", "", "cn-north-1").host == "cams.s3.cn-north-1.amazonaws.com.cn");
}

TEST_CASE("store_place: elsewhere it is a part of the path, behind the endpoint's own") {
    StorePlace place =
        store_place("s3://cams/a%20b/c+d", "https://store.example.org:9000/s3/", "us-east-1");
    CHECK(place.base == "https://store.example.org:9000");
    CHECK(place.host == "store.example.org:9000");
    CHECK(place.path == "/s3/cams/a%20b/c%2Bd/");
    CHECK(store_place("s3://cams", "https://store:443", "x").host == "store");
    CHECK(store_place("s3://cams", "http://store:443", "x").host == "store:443");
}

TEST_CASE("store_place: what makes no sense is refused, without showing secrets") {
    check_usage("s3://id:s3cr3t@bucket/x", "", "us-east-1");
    check_usage("s3://bucket:9000/x", "", "us-east-1");
    check_usage("s3://bucket/x?secret=s3cr3t", "", "us-east-1");
    check_usage("s3://bucket/x%zz", "", "us-east-1");
    check_usage("s3://bucket", "ftp://store", "us-east-1");
    check_usage("s3://bucket", "https://id:s3cr3t@store", "us-east-1");
    check_usage("s3://bucket", "store:9000", "us-east-1");
    check_usage("s3://bucket", "", "us/east");
    check_usage("s3://bucket", "", "");
}

TEST_CASE("parse_store_keys: the section of the profile, comments aside") {
    const char* text = "# ours\n[other]\naws_access_key_id=X\naws_secret_access_key=Y\r\n"
                       "[default]\n; aws_access_key_id = no\nAWS_ACCESS_KEY_ID = id\n"
                       "  aws_secret_access_key =  a/b+c=\nregion = x\n"
                       "[temporary]\naws_access_key_id=T\naws_secret_access_key=U\n"
                       "aws_session_token=V==\n";
    std::optional<StoreKeys> keys = parse_store_keys(text, "default");
    REQUIRE(keys);
    CHECK(keys->id == "id");
    CHECK(keys->secret == "a/b+c=");
    CHECK(keys->token.empty());
    keys = parse_store_keys(text, "other");
    REQUIRE(keys);
    CHECK(keys->secret == "Y");
    keys = parse_store_keys(text, "temporary");
    REQUIRE(keys);
    CHECK(keys->token == "V==");
    CHECK_FALSE(parse_store_keys(text, "missing"));
    CHECK_FALSE(parse_store_keys("[default]\naws_access_key_id=id\n", "default"));
    CHECK_FALSE(parse_store_keys("[default\n=\n[]\n[", "default"));
}

TEST_CASE("store_cache_control: frames are for ever, pointers for no time") {
    SyncFile frame = named("north/2026/20261121T134338Z.jpg");
    frame.time = parse_iso_time("2026-11-21T13:43:38Z");
    CHECK(store_cache_control(frame) == "public, max-age=31536000, immutable");
    for (const char* path : {"latest.jpg", "north/latest.gif", "index.html", "north/index.txt",
                             "a.json", "about.html"})
        CHECK_MESSAGE(store_cache_control(named(path)) == "no-cache", path);
    CHECK(store_cache_control(named("north/logo.png")) == "max-age=3600");
}

TEST_CASE("xml_text: the first of its name, entities resolved once") {
    CHECK(xml_text("<Error><Code>SlowDown</Code><Message>a &amp;lt; b</Message></Error>", "Code") ==
          "SlowDown");
    CHECK(xml_text("<Message>a &amp;lt; &quot;b&quot; &x</Message>", "Message") ==
          "a &lt; \"b\" &x");
    CHECK(xml_text("<Code>SlowDown", "Code") == "");
    CHECK(xml_text("Code", "Code") == "");
    CHECK(xml_text("", "Code") == "");
}

TEST_CASE("store_outcome: the code counts more than the status") {
    CHECK(store_outcome(200, "") == UploadOutcome::arrived);
    CHECK(store_outcome(204, "") == UploadOutcome::arrived);
    CHECK_MESSAGE(store_outcome(200, "InternalError") == UploadOutcome::unavailable,
                  "parts may fail to become one after the status is sent");
    CHECK(store_outcome(200, "NoSuchUpload") == UploadOutcome::failed);
    for (const char* code : {"SlowDown", "RequestTimeout", "BadDigest"})
        CHECK_MESSAGE(store_outcome(400, code) == UploadOutcome::unavailable, code);
    for (long status : {429, 500, 502, 503})
        CHECK(store_outcome(status, "") == UploadOutcome::unavailable);
    for (const char* code : {"NoSuchBucket", "InvalidAccessKeyId", "SignatureDoesNotMatch",
                             "AccessDenied", "ExpiredToken", "PermanentRedirect"})
        CHECK_MESSAGE(store_outcome(403, code) == UploadOutcome::failed, code);
    CHECK(store_outcome(403, "") == UploadOutcome::failed);
    CHECK(store_outcome(301, "") == UploadOutcome::failed);
    CHECK(store_outcome(400, "KeyTooLongError") == UploadOutcome::refused);
    CHECK(store_outcome(413, "") == UploadOutcome::refused);
}

TEST_CASE("store_completion: parts by number, tags as text") {
    CHECK(store_completion({"\"a\"", "b<&"}) ==
          "<CompleteMultipartUpload>"
          "<Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part>"
          "<Part><PartNumber>2</PartNumber><ETag>b&lt;&amp;</ETag></Part>"
          "</CompleteMultipartUpload>");
}

TEST_CASE("store_part_bytes: 16 MiB, and never more than 10,000 parts") {
    constexpr std::uint64_t usual = 16 << 20;
    CHECK(store_part_bytes(usual + 1) == usual);
    CHECK(store_part_bytes(usual * 10'000) == usual);
    CHECK(store_part_bytes(usual * 10'000 + 1) == usual + 1);
}

TEST_CASE("open_object_store: nothing is reached or read before there is work") {
    RemoteOptions options;
    options.credentials_file = "/nonexistent";
    std::unique_ptr<Remote> remote = open_object_store("s3://bucket", "archive", options);
    CHECK(remote->takes(named("index.html")));
    CHECK_THROWS_AS(remote->send({named("a")}, {}), Error);
}
