// An HTTP/1 response as a plan: status, fields, and what its body is.

#include "verb/serve/http_response.hpp"

#include "base/text.hpp"

namespace img {

void HttpResponse::set(std::string_view name, std::string_view value) {
    ((((fields += name) += ": ") += value) += "\r\n");
}

std::optional<std::string_view> HttpResponse::field(std::string_view name) const {
    for (std::string_view rest = fields; !rest.empty();) {
        std::string_view line = rest.substr(0, rest.find("\r\n"));
        rest.remove_prefix(line.size() + 2);
        std::size_t colon = line.find(':');
        if (line.substr(0, colon) == name)
            return line.substr(colon + 2);
    }
    return std::nullopt;
}

std::uint64_t HttpResponse::length() const {
    std::uint64_t length = 0;
    for (const BodyPart& part : body) {
        const auto* file = std::get_if<FileRange>(&part);
        length += file ? file->length : std::get<std::string>(part).size();
    }
    return length;
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
    case 308:
        return "Permanent Redirect";
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
    case 417:
        return "Expectation Failed";
    case 421:
        return "Misdirected Request";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
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
    response.body.emplace_back(
        str(status, " ", reason_phrase(status), why.empty() ? "" : ": ", why, "\n"));
    return response;
}

std::string response_head(const HttpResponse& response, int minor, std::string_view date) {
    constexpr std::size_t room_for_ours = 160;
    std::string head;
    head.reserve(response.fields.size() + room_for_ours);
    (head += "HTTP/1.1 ") += std::to_string(response.status);
    ((head += ' ') += reason_phrase(response.status)) += "\r\n";
    ((head += "Date: ") += date) += "\r\n";
    head += response.fields;
    // RFC 9110, 8.6: neither has a body, so neither has a length.
    if (response.status != 204 && response.status != 304)
        ((head += "Content-Length: ") += std::to_string(response.length())) += "\r\n";
    if (response.persistence == Persistence::close)
        head += "Connection: close\r\n";
    else if (minor == 0)
        head += "Connection: keep-alive\r\n";
    return head += "\r\n";
}

} // namespace img
