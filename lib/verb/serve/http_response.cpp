// An HTTP/1 response as a plan: status, fields, and what its body is.

#include "verb/serve/http_response.hpp"

#include "base/text.hpp"

namespace img {

void HttpResponse::set(std::string_view name, std::string_view value) {
    fields.push_back({std::string{name}, std::string{value}});
}

std::uint64_t HttpResponse::length() const {
    if (const auto* file = std::get_if<FileRange>(&body))
        return file->length;
    return std::get<std::string>(body).size();
}

std::string_view reason_phrase(int status) {
    switch (status) {
    case 200:
        return "OK";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 301:
        return "Moved Permanently";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 411:
        return "Length Required";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 416:
        return "Range Not Satisfiable";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Unknown";
    }
}

HttpResponse plain_response(int status, std::string_view why) {
    HttpResponse response;
    response.status = status;
    response.set("Content-Type", "text/plain; charset=utf-8");
    response.set("Cache-Control", "no-cache");
    response.set("X-Content-Type-Options", "nosniff");
    response.body = str(status, " ", reason_phrase(status), why.empty() ? "" : ": ", why, "\n");
    return response;
}

std::string response_head(const HttpResponse& response, int minor, Instant now) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head += reason_phrase(response.status);
    head += "\r\nDate: " + http_time(now) + "\r\n";
    for (const HttpField& field : response.fields)
        head += field.name + ": " + field.value + "\r\n";
    // RFC 9110, 8.6: neither has a body, so neither has a length.
    if (response.status != 204 && response.status != 304)
        head += "Content-Length: " + std::to_string(response.length()) + "\r\n";
    if (response.persistence == Persistence::close)
        head += "Connection: close\r\n";
    else if (minor == 0)
        head += "Connection: keep-alive\r\n";
    return head + "\r\n";
}

} // namespace img
