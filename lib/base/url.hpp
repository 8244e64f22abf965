// URLs: their parts, percent-encoding, and how to show one without its secrets.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace img {

/// scheme://user:password@host:port/path?query, taken apart. User and password are decoded; path
/// and query are as written.
struct Url {
    std::string scheme; ///< lower case
    std::string user, password;
    std::string host;  ///< IPv6 addresses keep their brackets
    std::string port;  ///< digits, or empty
    std::string path;  ///< with its leading slash, or empty
    std::string query; ///< without the question mark

    /// Throws Error{usage} that says what is wrong, without showing a password.
    static Url parse(std::string_view text);
    /// For a library that wants it in one piece: user and password are percent-encoded. Secret.
    std::string with_credentials() const;
    /// Without user, password and fragment: for sources, logs and errors. The values of query keys
    /// that name secrets (password, token, ...) are replaced by ***.
    std::string shown() const;

private:
    std::string assemble(const std::string& authority_prefix, const std::string& query_) const;
};

/// Whether the text begins with a scheme and "://".
bool looks_like_url(std::string_view text);
/// The text with the user information of every URL in it, and secret query values, removed.
std::string redacted(std::string_view text);

/// Whether a query key of this name holds a secret: password, token, ...
bool names_secret(std::string_view key);

/// Everything but unreserved characters (RFC 3986, section 2.3) as %XX.
std::string percent_encode(std::string_view text);
/// nullopt for a broken escape.
std::optional<std::string> percent_decode(std::string_view text);
/// a=1&b=2, decoded; later values win. Throws Error{usage} for a broken escape.
std::map<std::string, std::string> parse_query(std::string_view query);

} // namespace img
