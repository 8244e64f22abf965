// The media type of a file, by the end of its name.

#include "frame/media_type.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace img {

namespace {

struct Known {
    std::string_view suffix, type;
};

constexpr std::array<Known, 37> known{{
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"css", "text/css; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"geojson", "application/geo+json"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"htm", "text/html; charset=utf-8"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/vnd.microsoft.icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"jsonl", "application/jsonl"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"m4s", "video/iso.segment"},
    {"md", "text/markdown; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"mkv", "video/matroska"},
    {"mp4", "video/mp4"},
    {"mpd", "application/dash+xml"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"ts", "video/mp2t"},
    {"txt", "text/plain; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff2", "font/woff2"},
    {"xml", "application/xml"},
    {"zip", "application/zip"},
}};

} // namespace

std::string_view media_type(std::string_view name) {
    std::size_t slash = name.rfind('/');
    std::string_view file = slash == std::string_view::npos ? name : name.substr(slash + 1);
    std::size_t dot = file.rfind('.');
    std::string suffix = dot == std::string_view::npos ? "" : lower(file.substr(dot + 1));
    auto found = std::find_if(known.begin(), known.end(),
                              [&](const Known& entry) { return entry.suffix == suffix; });
    return found == known.end() ? "application/octet-stream" : found->type;
}

} // namespace img
