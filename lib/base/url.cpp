// URLs: their parts, percent-encoding, and how to show one without its secrets.

#include "base/url.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace img {

namespace {

std::optional<std::size_t> scheme_length(std::string_view text) {
    std::size_t at = text.find("://");
    if (at == std::string_view::npos || at == 0)
        return std::nullopt;
    bool plain = std::all_of(
        text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at),
        [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; });
    return plain ? std::optional{at} : std::nullopt;
}

/// What may be a URL with a broken scheme: up to its last '@' it may hold a password.
std::string without_login(std::string_view text) {
    std::size_t at = text.rfind('@');
    return at == std::string_view::npos ? std::string{text} : str("***", text.substr(at));
}

std::string shown_query(std::string_view query) {
    std::string out;
    for (std::string_view item : split(query, '&')) {
        if (!out.empty())
            out += '&';
        std::size_t equals = item.find('=');
        if (equals != std::string_view::npos && names_secret(item.substr(0, equals)))
            out += str(item.substr(0, equals), "=***");
        else
            out += item;
    }
    return out;
}

/// Whether what follows belongs to the value of a secret: "host/x?a=b&password=pa".
bool ends_in_secret(std::string_view text) {
    std::size_t question = text.find('?');
    if (question == std::string_view::npos)
        return false;
    std::string_view item = split(text.substr(question + 1), '&').back();
    std::size_t equals = item.find('=');
    return equals != std::string_view::npos && names_secret(item.substr(0, equals));
}

int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

} // namespace

bool names_secret(std::string_view key) {
    static constexpr std::array<std::string_view, 11> words{
        "pass", "pwd",   "token", "secret", "key",       "user",
        "usr",  "login", "auth",  "cred",   "signature",
    };
    std::string name = lower(key);
    return name == "pw" || std::any_of(words.begin(), words.end(), [&](std::string_view word) {
               return name.find(word) != std::string::npos;
           });
}

bool looks_like_url(std::string_view text) {
    return scheme_length(text).has_value();
}

Url Url::parse(std::string_view text) {
    std::optional<std::size_t> scheme_end = scheme_length(text);
    if (!scheme_end)
        throw Error(str("'", printable(without_login(text)), "' is not a URL"), Exit::usage);
    Url url;
    url.scheme = lower(text.substr(0, *scheme_end));
    std::string_view rest = text.substr(*scheme_end + 3);
    std::string_view whole = rest;
    rest = rest.substr(0, rest.find('#'));

    // A blank may stand in a file's name; elsewhere it would end the URL in a log or a request.
    bool blank = std::any_of(whole.begin(), whole.end(), [&](unsigned char c) {
        return c < 0x20 || c == 0x7f || (c == ' ' && url.scheme != "file");
    });
    if (blank)
        throw Error(str("URL of scheme ", url.scheme,
                        ": a blank or control character must be written as %20 or the like"),
                    Exit::usage);

    std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
    // An unencoded '/' or '?' in a password would end the authority early; an '@' that follows
    // gives it away.
    std::string_view authority = rest.substr(0, authority_end);
    std::string_view tail = rest.substr(authority_end);
    auto broken = [&](std::string_view why) {
        return Error(str("URL of scheme ", url.scheme, ": ", why,
                         "; leave user and password out of the URL and give them by options, "
                         "which need no encoding"),
                     Exit::usage);
    };
    std::size_t at = authority.rfind('@');
    bool late_at = tail.substr(0, tail.find_last_of('/')).find('@') != std::string_view::npos;
    if (at == std::string_view::npos && late_at && authority.find(':') != std::string_view::npos)
        throw broken("a '/' or '?' before the '@' must be written %2F or %3F");
    bool hash_inside = authority_end == rest.size() && whole.find('@', rest.size()) < whole.size();
    if (at == std::string_view::npos && hash_inside)
        throw broken("a '#' before the '@' must be written %23");
    if (at != std::string_view::npos) {
        std::string_view info = authority.substr(0, at);
        authority.remove_prefix(at + 1);
        std::size_t colon = info.find(':');
        std::optional<std::string> user = percent_decode(info.substr(0, colon));
        std::optional<std::string> password = percent_decode(
            colon == std::string_view::npos ? std::string_view{} : info.substr(colon + 1));
        if (!user || !password)
            throw broken("a '%' in the user or password must be written %25");
        url.user = *user;
        url.password = *password;
    }

    std::size_t bracket = authority.find(']');
    std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    url.host = std::string{authority.substr(0, colon)};
    if (colon != std::string_view::npos) {
        url.port = std::string{authority.substr(colon + 1)};
        std::optional<std::int64_t> number = parse_int(url.port);
        if (!number || *number < 1 || *number > 65535)
            throw broken("the port is not a number from 1 to 65535");
    }
    if (url.host.empty() && url.scheme != "file")
        throw Error(str("URL of scheme ", url.scheme, ": there is no host"), Exit::usage);

    std::size_t question = tail.find('?');
    url.path = std::string{tail.substr(0, question)};
    if (question != std::string_view::npos)
        url.query = std::string{tail.substr(question + 1)};
    return url;
}

std::string Url::assemble(const std::string& authority_prefix, const std::string& query_) const {
    std::string out = str(scheme, "://", authority_prefix, host);
    if (!port.empty())
        out += ":" + port;
    out += path;
    if (!query_.empty())
        out += "?" + query_;
    return out;
}

std::string Url::with_credentials() const {
    if (user.empty() && password.empty())
        return assemble("", query);
    return assemble(str(percent_encode(user), ":", percent_encode(password), "@"), query);
}

std::string Url::shown() const {
    return assemble("", shown_query(query));
}

std::string redacted(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t mark = text.find("://");
        if (mark == std::string_view::npos) {
            out += text;
            break;
        }
        out += text.substr(0, mark + 3);
        text.remove_prefix(mark + 3);
        std::size_t end = std::min(text.find_first_of(" \t\r\n"), text.size());
        std::string_view rest = text.substr(0, end);
        // Up to the last '@': a raw password may hold others, and quotes.
        std::size_t at = rest.rfind('@');
        if (at != std::string_view::npos) {
            bool secret = ends_in_secret(rest.substr(0, at));
            rest.remove_prefix(at + 1);
            if (secret) {
                rest.remove_prefix(std::min(rest.find('&'), rest.size()));
                out += "***";
            }
        }
        std::size_t question = std::min(rest.find('?'), rest.find('&'));
        out += rest.substr(0, question);
        if (question != std::string_view::npos) {
            std::string_view query = rest.substr(question + 1);
            std::size_t length = query.find_last_not_of("'\"):,;") + 1; // the sentence's own
            out += str(rest[question], shown_query(query.substr(0, length)), query.substr(length));
        }
        text.remove_prefix(end);
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if ((std::isalnum(byte) && byte < 0x80) || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
            return std::nullopt;
        out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
        i += 2;
    }
    return out;
}

std::map<std::string, std::string> parse_query(std::string_view query) {
    std::map<std::string, std::string> values;
    if (query.empty())
        return values;
    for (std::string_view item : split(query, '&')) {
        std::size_t equals = item.find('=');
        std::optional<std::string> key = percent_decode(item.substr(0, equals));
        std::optional<std::string> value = percent_decode(
            equals == std::string_view::npos ? std::string_view{} : item.substr(equals + 1));
        if (!key || !value)
            throw Error(str("'", printable(shown_query(item)), "': broken percent escape"),
                        Exit::usage);
        values[*key] = *value;
    }
    return values;
}

} // namespace img
