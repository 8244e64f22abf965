#include "frame/media_type.hpp"

#include <doctest/doctest.h>

using namespace img;

TEST_CASE("media_type: what the tools write has the registered type") {
    CHECK(media_type("latest.jpg") == "image/jpeg");
    CHECK(media_type("20261121T120000.000Z.jpg") == "image/jpeg");
    CHECK(media_type("latest.gif") == "image/gif");
    CHECK(media_type("clip.mp4") == "video/mp4");
    CHECK(media_type("facts.jsonl") == "application/jsonl");
    CHECK(media_type("frames.tar.gz") == "application/gzip");
}

TEST_CASE("media_type: text is UTF-8") {
    CHECK(media_type("index.html") == "text/html; charset=utf-8");
    CHECK(media_type("notes.txt") == "text/plain; charset=utf-8");
    CHECK(media_type("app.js") == "text/javascript; charset=utf-8");
}

TEST_CASE("media_type: case and directories do not matter") {
    CHECK(media_type("A.JPG") == "image/jpeg");
    CHECK(media_type("north.gif/latest.Jpeg") == "image/jpeg");
    CHECK(media_type("north.jpg/README") == "application/octet-stream");
}

TEST_CASE("media_type: what is unknown is bytes, so that no browser shows it as a page") {
    for (const char* name : {"", "latest", "north.jpg/latest", "a.", "a.exe", "jpg", "a.html.bak",
                             "a.htmlx", "north.html/"})
        CHECK_MESSAGE(media_type(name) == "application/octet-stream", name);
}
