// What the two files of libcurl's room share: its functions, and what its errors mean. Not for
// others.
#pragma once

#include "base/error.hpp"
#include "base/text.hpp"
#include "foreign/shared_library.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <curl/curl.h>

namespace img {

struct CurlLibrary {
    void* library =
        open_library("libcurl.so.4", " is not installed, and is needed for http and https");
    IMG_FUNCTION(library, curl_easy_cleanup);
    IMG_FUNCTION(library, curl_easy_getinfo);
    IMG_FUNCTION(library, curl_easy_init);
    IMG_FUNCTION(library, curl_easy_perform);
    IMG_FUNCTION(library, curl_easy_reset);
    IMG_FUNCTION(library, curl_easy_setopt);
    IMG_FUNCTION(library, curl_easy_strerror);
    IMG_FUNCTION(library, curl_global_init);
    IMG_FUNCTION(library, curl_multi_add_handle);
    IMG_FUNCTION(library, curl_multi_cleanup);
    IMG_FUNCTION(library, curl_multi_info_read);
    IMG_FUNCTION(library, curl_multi_init);
    IMG_FUNCTION(library, curl_multi_perform);
    IMG_FUNCTION(library, curl_multi_poll);
    IMG_FUNCTION(library, curl_multi_remove_handle);
    IMG_FUNCTION(library, curl_multi_setopt);
    IMG_FUNCTION(library, curl_multi_strerror);
    IMG_FUNCTION(library, curl_share_cleanup);
    IMG_FUNCTION(library, curl_share_init);
    IMG_FUNCTION(library, curl_share_setopt);
    IMG_FUNCTION(library, curl_slist_append);
    IMG_FUNCTION(library, curl_slist_free_all);
};

/// The library, loaded when first asked for: it brings thirty others, whose loading would cost
/// every start of a program that fetches nothing.
const CurlLibrary& curl();

/// Whether a transfer that ended so may succeed another time.
Exit curl_status(CURLcode code);

/// A line of a response's head: its name in lower case and its value; both empty if it has none.
std::pair<std::string, std::string> split_header(std::string_view line);

/// One transfer's settings, an error's text, and lines of the request's head.
class CurlEasy {
public:
    /// Throws Error when libcurl does not start.
    CurlEasy();
    CurlEasy(const CurlEasy&) = delete;
    CurlEasy& operator=(const CurlEasy&) = delete;
    ~CurlEasy();

    CURL* raw() const { return raw_; }
    template <class Value>
    void set(CURLoption option, Value value) {
        CURLcode code = curl().curl_easy_setopt(raw_, option, value);
        if (code != CURLE_OK)
            throw Error(str("libcurl: ", curl().curl_easy_strerror(code)));
    }
    template <class Value>
    Value info(CURLINFO what) const {
        Value value{};
        curl().curl_easy_getinfo(raw_, what, &value);
        return value;
    }
    void set_headers(const std::vector<std::string>& headers);
    /// To be set before each transfer, for error_text().
    void clear_error();
    std::string error_text(CURLcode code) const;

private:
    CURL* raw_;
    curl_slist* lines_ = nullptr;
    char text_[CURL_ERROR_SIZE] = {};
};

} // namespace img
