// The page that shows the newest pictures.

#include "verb/serve/page.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <algorithm>

namespace img {

namespace {

std::string milliseconds_of(Instant instant) {
    return std::to_string(instant.time_since_epoch().count());
}

/// An <img> that the script keeps fresh: it knows what the page was made with.
std::string live_image(const std::string& url, const LatestFile& file, std::string_view alt) {
    return str("<img src=\"", url, "\" alt=\"", escape_html(alt), "\" data-etag=\"",
               escape_html(file.etag), "\" data-modified=\"", milliseconds_of(file.modified), "\"");
}

std::string age_line(Instant modified, Instant now) {
    return str("<p class=\"age\"><time datetime=\"", iso_time(modified), "\" title=\"",
               http_time(modified), "\">", age_text(now - modified), "</time></p>\n");
}

/// How much of the page one camera has: all of it, or a card among others.
enum class Share { all, card };

std::string camera_section(const CameraFiles& camera, Share share, Instant now) {
    std::string directory = camera.name.empty() ? "" : percent_encode(camera.name) + "/";
    std::string of_camera = camera.name.empty() ? "" : " of " + camera.name;
    std::string picture = directory + "latest.jpg";
    // A bare name that begins like a scheme would not be a path.
    if (!directory.empty())
        picture = "./" + picture;
    std::string out = "<section class=\"camera\">\n<div class=\"caption\">\n";
    if (!camera.name.empty())
        out += str("<h2>", escape_html(camera.name), "</h2>\n");
    out += age_line(camera.picture.modified, now);
    out += "</div>\n";
    out += str("<a class=\"picture\" href=\"", picture, "\">",
               live_image(picture, camera.picture, "Newest picture" + of_camera), "></a>\n");
    if (camera.animation) {
        std::string animation = (directory.empty() ? "" : "./" + directory) + "latest.gif";
        // A closed one is not loaded, which matters with many cameras.
        out += str("<details class=\"animation\"", share == Share::all ? " open" : "", ">\n",
                   "<summary>Animation</summary>\n<a href=\"", animation, "\">",
                   live_image(animation, *camera.animation, "Animation" + of_camera),
                   " loading=\"lazy\"></a>\n</details>\n");
    }
    return out + "</section>\n";
}

std::string counted(std::int64_t count, std::string_view unit) {
    return str(count, " ", unit, count == 1 ? "" : "s", " ago");
}

} // namespace

std::string escape_html(std::string_view text) {
    std::string out;
    for (char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string age_text(Duration age) {
    std::int64_t seconds = age.count() / 1000;
    if (seconds < 2)
        return "just now";
    if (seconds < 120)
        return counted(seconds, "second");
    if (seconds < 120 * 60)
        return counted(seconds / 60, "minute");
    if (seconds < 48 * 3600)
        return counted(seconds / 3600, "hour");
    return counted(seconds / 86400, "day");
}

std::string front_page(const std::vector<CameraFiles>& cameras, Duration refresh, Instant now) {
    std::int64_t seconds =
        std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(refresh).count(), 1);
    std::string_view title = cameras.size() > 1 ? "Cameras" : "Camera";
    if (cameras.size() == 1 && !cameras[0].name.empty())
        title = cameras[0].name;
    std::string head = str(R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>)",
                           escape_html(title), R"(</title>
<link rel="icon" href="imgserve.svg" type="image/svg+xml">
<link rel="stylesheet" href="imgserve.css">
<noscript><meta http-equiv="refresh" content=")",
                           seconds, R"("></noscript>
<script src="imgserve.js" defer></script>
</head>
<body data-refresh=")",
                           seconds, "\" data-now=\"", milliseconds_of(now), R"(">
<header>
<h1>)",
                           cameras.size() > 1 ? "Cameras" : "Camera", R"(</h1>
<p id="status" role="status"></p>
</header>
)");
    std::string body;
    for (const CameraFiles& camera : cameras)
        body += camera_section(camera, cameras.size() > 1 ? Share::card : Share::all, now);
    if (cameras.empty())
        body = "<p class=\"empty\">There is no picture yet. This page shows "
               "<code>latest.jpg</code> as soon as there is one.</p>\n";
    return str(head, "<main class=\"", cameras.size() > 1 ? "many" : "one", "\">\n", body,
               "</main>\n</body>\n</html>\n");
}

} // namespace img
