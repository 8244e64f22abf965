// libcurl: fetching over HTTP and HTTPS.

#include "foreign/curl.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"
#include "base/time.hpp"
#include "foreign/curl_handles.hpp"

#include <exception>
#include <utility>

namespace img {

const CurlLibrary& curl() {
    static const CurlLibrary loaded;
    return loaded;
}

Exit curl_status(CURLcode code) {
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_TOO_MANY_REDIRECTS:
        return Exit::failed;
    default:
        return Exit::unavailable;
    }
}

std::pair<std::string, std::string> split_header(std::string_view line) {
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return {};
    return {lower(trim(line.substr(0, colon))), std::string{trim(line.substr(colon + 1))}};
}

CurlEasy::CurlEasy() {
    static const CURLcode started = curl().curl_global_init(CURL_GLOBAL_DEFAULT);
    raw_ = started == CURLE_OK ? curl().curl_easy_init() : nullptr;
    if (!raw_)
        throw Error("libcurl does not start");
}

CurlEasy::~CurlEasy() {
    curl().curl_easy_cleanup(raw_);
    curl().curl_slist_free_all(lines_);
}

void CurlEasy::set_headers(const std::vector<std::string>& headers) {
    curl_slist* lines = nullptr;
    for (const std::string& header : headers) {
        curl_slist* longer = curl().curl_slist_append(lines, header.c_str());
        if (!longer) {
            curl().curl_slist_free_all(lines);
            throw Error("libcurl: no memory");
        }
        lines = longer;
    }
    set(CURLOPT_HTTPHEADER, lines);
    curl().curl_slist_free_all(std::exchange(lines_, lines));
}

void CurlEasy::clear_error() {
    text_[0] = '\0';
    set(CURLOPT_ERRORBUFFER, text_);
}

std::string CurlEasy::error_text(CURLcode code) const {
    return text_[0] ? text_ : curl().curl_easy_strerror(code);
}

namespace {

struct Transfer {
    const FetchRequest& request;
    CURL* handle;
    FetchReply& reply;
    bool too_large = false, silent = false;
    std::exception_ptr thrown{};
    curl_off_t moved = 0;
    std::chrono::steady_clock::time_point moved_at = monotonic_now();
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    Transfer& transfer = *static_cast<Transfer*>(self);
    long status = 0;
    curl().curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status > 299)
        return size; // what an error page says is of no use
    Bytes& body = transfer.reply.body;
    if (body.size() + size > transfer.request.most_bytes) {
        transfer.too_large = true;
        return 0;
    }
    body.insert(body.end(), data, data + size);
    if (!transfer.request.enough)
        return size;
    const char* type = nullptr;
    curl().curl_easy_getinfo(transfer.handle, CURLINFO_CONTENT_TYPE, &type);
    try {
        transfer.reply.had_enough = transfer.request.enough(body, lower(type ? type : ""));
    } catch (...) { // must not fly through libcurl
        transfer.thrown = std::current_exception();
        return 0;
    }
    return transfer.reply.had_enough ? 0 : size;
}

/// Called for each line of the head of each response on the way.
std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    constexpr std::size_t most_headers = 200;
    auto& headers = static_cast<Transfer*>(self)->reply.headers;
    std::string_view line{data, size};
    if (line.starts_with("HTTP/"))
        headers.clear();
    auto [name, value] = split_header(line);
    if (!name.empty() && headers.size() < most_headers)
        headers[name] = value;
    return size;
}

/// Called several times a second while bytes move, and once a second while they do not.
int on_progress(void* self, curl_off_t, curl_off_t received, curl_off_t, curl_off_t sent) {
    Transfer& transfer = *static_cast<Transfer*>(self);
    std::chrono::steady_clock::time_point now = monotonic_now();
    curl_off_t connecting = 0; // how long it took, or 0 while it goes on
    curl().curl_easy_getinfo(transfer.handle, CURLINFO_PRETRANSFER_TIME_T, &connecting);
    if (received + sent != transfer.moved || connecting == 0) {
        transfer.moved = received + sent;
        transfer.moved_at = now;
    }
    transfer.silent = now - transfer.moved_at >= transfer.request.read_timeout;
    return stop_requested() || transfer.silent ? 1 : 0;
}

[[noreturn]] void throw_status(const std::string& shown, long status) {
    bool again = status == 408 || status == 429 || status >= 500;
    std::string meaning = status == 401   ? " (wrong user or password)"
                          : status == 403 ? " (forbidden)"
                          : status == 404 ? " (no such path)"
                                          : "";
    throw Error(str(shown, ": the server answers ", status, meaning),
                again ? Exit::unavailable : Exit::failed);
}

} // namespace

struct HttpClient::Impl {
    CurlEasy easy;

    void prepare(Transfer& transfer) {
        const FetchRequest& request = transfer.request;
        curl().curl_easy_reset(easy.raw()); // keeps the connection
        easy.set(CURLOPT_URL, request.url.c_str());
        easy.set(CURLOPT_PROTOCOLS_STR, "http,https");
        easy.set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
        easy.set(CURLOPT_FOLLOWLOCATION, 1L);
        easy.set(CURLOPT_MAXREDIRS, 5L);
        easy.set(CURLOPT_NOSIGNAL, 1L);
        easy.set(CURLOPT_USERAGENT,
                 request.user_agent.empty() ? "imgseq/" IMG_VERSION : request.user_agent.c_str());
        easy.set_headers(request.headers);
        easy.clear_error();
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
        easy.set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
        easy.set(CURLOPT_WRITEFUNCTION, on_body);
        easy.set(CURLOPT_WRITEDATA, &transfer);
        easy.set(CURLOPT_HEADERFUNCTION, on_header);
        easy.set(CURLOPT_HEADERDATA, &transfer);
        easy.set(CURLOPT_NOPROGRESS, 0L);
        easy.set(CURLOPT_XFERINFOFUNCTION, on_progress);
        easy.set(CURLOPT_XFERINFODATA, &transfer);
        if (!request.user.empty()) {
            easy.set(CURLOPT_HTTPAUTH, CURLAUTH_DIGEST | CURLAUTH_BASIC);
            easy.set(CURLOPT_USERNAME, request.user.c_str());
            easy.set(CURLOPT_PASSWORD, request.password.c_str());
        }
        if (!request.ca_file.empty())
            easy.set(CURLOPT_CAINFO, request.ca_file.c_str());
        if (request.peer == FetchRequest::Peer::any) {
            easy.set(CURLOPT_SSL_VERIFYPEER, 0L);
            easy.set(CURLOPT_SSL_VERIFYHOST, 0L);
        }
    }
};

HttpClient::HttpClient() : impl_(std::make_unique<Impl>()) {}
HttpClient::~HttpClient() = default;

FetchReply HttpClient::fetch(const FetchRequest& request) {
    CURL* handle = impl_->easy.raw();
    FetchReply reply;
    Transfer transfer{request, handle, reply};
    impl_->prepare(transfer);
    CURLcode code = curl().curl_easy_perform(handle);
    if (transfer.too_large)
        throw Error(
            str(request.shown, ": the answer is larger than ", request.most_bytes, " bytes"));
    if (stop_requested() && code != CURLE_OK)
        throw Error(str(request.shown, ": interrupted"), Exit::unavailable);
    if (transfer.thrown)
        std::rethrow_exception(transfer.thrown);
    if (transfer.silent)
        throw Error(str(request.shown, ": silent for ", format_duration(request.read_timeout)),
                    Exit::unavailable);
    if (code != CURLE_OK && !reply.had_enough)
        throw Error(str(request.shown, ": ", impl_->easy.error_text(code)), curl_status(code));

    long status = 0, authentication = 0;
    const char* type = nullptr;
    const char* scheme = nullptr;
    curl().curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl().curl_easy_getinfo(handle, CURLINFO_HTTPAUTH_AVAIL, &authentication);
    curl().curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type);
    curl().curl_easy_getinfo(handle, CURLINFO_SCHEME, &scheme);
    bool unchanged = status == 304 && request.not_modified == FetchRequest::NotModified::is_answer;
    if ((status < 200 || status > 299) && !unchanged)
        throw_status(request.shown, status);
    reply.status = status;
    reply.content_type = lower(type ? type : "");
    auto offered = static_cast<unsigned long>(authentication);
    bool basic_only = (offered & CURLAUTH_BASIC) != 0 && (offered & CURLAUTH_DIGEST) == 0;
    reply.password_was_readable =
        !request.user.empty() && basic_only && lower(scheme ? scheme : "") == "http";
    return reply;
}

} // namespace img
