// libcurl: many transfers at once, over connections that are kept.

#include "foreign/curl_transfers.hpp"

#include "base/stop.hpp"
#include "base/time.hpp"
#include "foreign/curl_handles.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace img {

namespace {

constexpr std::size_t most_reply = 64 << 10, most_headers = 200;
/// Of an answer's body, which nobody expects to hold more than a few words.
constexpr std::size_t longest_answer = 4 << 20;
/// Smaller bodies are sent without asking first, which would cost another round trip.
constexpr std::uint64_t worth_asking = 1 << 20;
/// How often silence and progress are looked at.
constexpr std::chrono::milliseconds look_every{250};

using Moment = std::chrono::steady_clock::time_point;

/// A place for one transfer at a time; its connection and its login stay.
struct Slot {
    CurlEasy easy{};
    bool active = false;
    TransferRequest request{};
    TransferReply reply{};
    std::uint64_t position = 0; ///< in the body
    std::size_t answered = 0;   ///< bytes of the answer's body
    curl_off_t told = 0;        ///< bytes of the body that `sent` knows of
    curl_off_t moved = 0;       ///< bytes in both directions when last looked at
    Moment moved_at{};
};

/// Copies what of `text` lies at `position`, and moves it on.
std::size_t copy_text(const std::string& text, std::uint64_t start, std::uint64_t& position,
                      char* to, std::size_t room) {
    std::size_t from = static_cast<std::size_t>(position - start);
    std::size_t length = std::min(room, text.size() - from);
    std::memcpy(to, text.data() + from, length);
    position += length;
    return length;
}

/// Fills `to` from the body's three parts.
std::size_t on_read(char* to, std::size_t, std::size_t room, void* self) {
    Slot& slot = *static_cast<Slot*>(self);
    const TransferBody& body = slot.request.body;
    std::uint64_t file_end = body.before.size() + body.bytes;
    std::size_t filled = 0;
    if (slot.position < body.before.size())
        filled = copy_text(body.before, 0, slot.position, to, room);
    while (filled < room && slot.position >= body.before.size() && slot.position < file_end) {
        std::uint64_t want = std::min<std::uint64_t>(room - filled, file_end - slot.position);
        std::uint64_t from = body.offset + slot.position - body.before.size();
        ssize_t got = ::pread(**body.file, to + filled, want, static_cast<off_t>(from));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            slot.reply.file_was_short = true;
            return CURL_READFUNC_ABORT;
        }
        filled += static_cast<std::size_t>(got);
        slot.position += static_cast<std::uint64_t>(got);
    }
    if (filled < room && slot.position >= file_end)
        filled += copy_text(body.after, file_end, slot.position, to + filled, room - filled);
    return filled;
}

/// A login or a lost connection makes libcurl send the body once more.
int on_seek(void* self, curl_off_t offset, int origin) {
    if (origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    static_cast<Slot*>(self)->position = static_cast<std::uint64_t>(offset);
    return CURL_SEEKFUNC_OK;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    Slot& slot = *static_cast<Slot*>(self);
    std::string& body = slot.reply.body;
    body.append(data, std::min(size, most_reply - body.size()));
    slot.answered += size;
    return slot.answered > longest_answer ? 0 : size;
}

/// Called for each line of the head of each response on the way.
std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    TransferReply& reply = static_cast<Slot*>(self)->reply;
    std::string_view line{data, size};
    if (line.starts_with("HTTP/")) {
        reply.headers.clear();
        reply.body.clear();
    }
    auto [name, value] = split_header(line);
    if (!name.empty() && reply.headers.size() < most_headers)
        reply.headers[name] = value;
    return size;
}

const char* method_name(TransferRequest::Method method) {
    switch (method) {
    case TransferRequest::Method::put:
        return "PUT";
    case TransferRequest::Method::post:
        return "POST";
    case TransferRequest::Method::remove:
        return "DELETE";
    case TransferRequest::Method::get:
    case TransferRequest::Method::head:
        break;
    }
    return nullptr; // libcurl's own
}

/// A server that does not like our certificate says so by an alert, which looks like a broken
/// connection otherwise.
bool tells_of_certificate(const std::string& text) {
    return text.find("alert") != std::string::npos &&
           (text.find("certificate") != std::string::npos ||
            text.find("unknown ca") != std::string::npos);
}

} // namespace

struct HttpTransfers::Impl {
    TransferOptions options;
    CURLSH* share = nullptr;
    CURLM* multi = nullptr;
    std::vector<std::unique_ptr<Slot>> slots;
    Moment looked{};

    explicit Impl(const TransferOptions& common) : options(common) {
        for (int i = 0; i < std::max(1, options.parallel); ++i)
            slots.push_back(std::make_unique<Slot>());
        share = curl().curl_share_init();
        multi = curl().curl_multi_init();
        if (!share || !multi)
            throw Error("libcurl does not start");
        curl().curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
        curl().curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(slots.size()));
        for (const std::unique_ptr<Slot>& slot : slots)
            set_common(*slot);
        log_in(options.user, options.password);
    }

    ~Impl() {
        cancel();
        slots.clear();
        curl().curl_multi_cleanup(multi);
        curl().curl_share_cleanup(share);
    }

    void set_common(Slot& slot) {
        CurlEasy& easy = slot.easy;
        easy.set(CURLOPT_SHARE, share);
        easy.set(CURLOPT_PRIVATE, &slot);
        easy.set(CURLOPT_PROTOCOLS_STR, "http,https");
        // With HTTP/2, servers that end a connection after so many requests lose what is on its
        // way, and small uploads are no faster.
        easy.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        easy.set(CURLOPT_FOLLOWLOCATION, 0L);
        easy.set(CURLOPT_PATH_AS_IS, 1L);
        easy.set(CURLOPT_NOSIGNAL, 1L);
        easy.set(CURLOPT_NOPROGRESS, 1L);
        easy.set(CURLOPT_USERAGENT, "imgseq/" IMG_VERSION);
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
        easy.set(CURLOPT_READFUNCTION, on_read);
        easy.set(CURLOPT_READDATA, &slot);
        easy.set(CURLOPT_SEEKFUNCTION, on_seek);
        easy.set(CURLOPT_SEEKDATA, &slot);
        easy.set(CURLOPT_WRITEFUNCTION, on_body);
        easy.set(CURLOPT_WRITEDATA, &slot);
        easy.set(CURLOPT_HEADERFUNCTION, on_header);
        easy.set(CURLOPT_HEADERDATA, &slot);
        if (!options.ca_file.empty())
            easy.set(CURLOPT_CAINFO, options.ca_file.c_str());
        if (!options.certificate.empty())
            easy.set(CURLOPT_SSLCERT, options.certificate.c_str());
        if (!options.key.empty())
            easy.set(CURLOPT_SSLKEY, options.key.c_str());
    }

    void log_in(const std::string& user, const std::string& password) {
        if (user.empty())
            return;
        for (const std::unique_ptr<Slot>& slot : slots) {
            slot->easy.set(CURLOPT_HTTPAUTH, CURLAUTH_DIGEST | CURLAUTH_BASIC);
            slot->easy.set(CURLOPT_USERNAME, user.c_str());
            slot->easy.set(CURLOPT_PASSWORD, password.c_str());
        }
        options.user = user;
    }

    /// Once the server has said which login it wants, it is not asked again.
    void learn_login(Slot& slot) {
        auto offered = static_cast<unsigned long>(slot.easy.info<long>(CURLINFO_HTTPAUTH_AVAIL));
        if (options.user.empty() || offered == 0)
            return;
        bool digest = (offered & CURLAUTH_DIGEST) != 0;
        slot.easy.set(CURLOPT_HTTPAUTH, digest ? CURLAUTH_DIGEST : CURLAUTH_BASIC);
    }

    void prepare(Slot& slot, TransferRequest&& request) {
        slot.request = std::move(request);
        slot.reply = {};
        slot.position = 0;
        slot.answered = 0;
        slot.told = slot.moved = 0;
        slot.moved_at = monotonic_now();
        CurlEasy& easy = slot.easy;
        const TransferRequest& wanted = slot.request;
        easy.set(CURLOPT_URL, wanted.url.c_str());
        easy.clear_error();
        bool has_body = wanted.method == TransferRequest::Method::put ||
                        wanted.method == TransferRequest::Method::post;
        // PUT and POST differ in their names only: libcurl's own POST would add a content type.
        easy.set(has_body ? CURLOPT_UPLOAD : CURLOPT_HTTPGET, 1L);
        if (wanted.method == TransferRequest::Method::head)
            easy.set(CURLOPT_NOBODY, 1L);
        easy.set(CURLOPT_CUSTOMREQUEST, method_name(wanted.method));
        if (has_body)
            easy.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(wanted.body.size()));
        if (has_body && wanted.body.size() <= worth_asking)
            slot.request.headers.emplace_back("Expect:");
        easy.set_headers(slot.request.headers);
    }

    /// Gives requests to places that are free. Whether any is at work then.
    bool fill(const Next& next) {
        bool any = false, more = true;
        for (const std::unique_ptr<Slot>& slot : slots) {
            if (!slot->active && more) {
                std::optional<TransferRequest> request = next();
                more = request.has_value();
                if (more)
                    start(*slot, std::move(*request));
            }
            any = any || slot->active;
        }
        return any;
    }

    void start(Slot& slot, TransferRequest&& request) {
        prepare(slot, std::move(request));
        CURLMcode code = curl().curl_multi_add_handle(multi, slot.easy.raw());
        if (code != CURLM_OK)
            throw Error(str("libcurl: ", curl().curl_multi_strerror(code)));
        slot.active = true;
    }

    void release(Slot& slot) {
        curl().curl_multi_remove_handle(multi, slot.easy.raw());
        slot.active = false;
    }

    /// Of one that is at work.
    const std::string& shown() const {
        auto at_work = std::find_if(slots.begin(), slots.end(),
                                    [](const std::unique_ptr<Slot>& slot) { return slot->active; });
        return (*at_work)->request.shown;
    }

    void cancel() {
        for (const std::unique_ptr<Slot>& slot : slots)
            if (slot->active)
                release(*slot);
    }

    void perform() {
        int running = 0;
        CURLMcode code = curl().curl_multi_perform(multi, &running);
        if (code != CURLM_OK)
            throw Error(str("libcurl: ", curl().curl_multi_strerror(code)));
    }

    /// Tells of transfers that have ended; whether there was one.
    bool take_ended(const std::function<void(std::uint64_t)>& sent) {
        bool any = false;
        int left = 0;
        while (CURLMsg* message = curl().curl_multi_info_read(multi, &left)) {
            if (message->msg != CURLMSG_DONE)
                continue;
            CURLcode code = message->data.result;
            Slot* slot = nullptr;
            curl().curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
            end(*slot, code, sent);
            any = true;
        }
        return any;
    }

    void end(Slot& slot, CURLcode code, const std::function<void(std::uint64_t)>& sent) {
        tell_sent(slot, sent);
        TransferReply& reply = slot.reply;
        long status = slot.easy.info<long>(CURLINFO_RESPONSE_CODE);
        // A server that does not want the body may answer and close before it has read it.
        bool answered = code == CURLE_OK || (code == CURLE_SEND_ERROR && status >= 400);
        if (answered) {
            reply.status = status;
            learn_login(slot);
        } else {
            std::string text = slot.answered > longest_answer ? "its answer is too long"
                                                              : slot.easy.error_text(code);
            Exit status = tells_of_certificate(text) ? Exit::failed : curl_status(code);
            reply.failure = Error(str(slot.request.shown, ": ", printable(text)), status);
        }
        release(slot);
        give_back(slot);
    }

    void give_back(Slot& slot) {
        TransferRequest request = std::exchange(slot.request, {});
        request.done(slot.reply);
    }

    void tell_sent(Slot& slot, const std::function<void(std::uint64_t)>& sent) {
        if (!sent)
            return;
        curl_off_t now = slot.easy.info<curl_off_t>(CURLINFO_SIZE_UPLOAD_T);
        if (now > slot.told)
            sent(static_cast<std::uint64_t>(now - slot.told));
        slot.told = std::max(now, slot.told);
    }

    /// Ends what has been silent for too long, and tells how far the others have come.
    void look(const std::function<void(std::uint64_t)>& sent) {
        Moment now = monotonic_now();
        if (now - looked < look_every)
            return;
        looked = now;
        for (const std::unique_ptr<Slot>& each : slots) {
            Slot& slot = *each;
            if (!slot.active)
                continue;
            tell_sent(slot, sent);
            curl_off_t moved = slot.easy.info<curl_off_t>(CURLINFO_SIZE_UPLOAD_T) +
                               slot.easy.info<curl_off_t>(CURLINFO_SIZE_DOWNLOAD_T) +
                               slot.easy.info<long>(CURLINFO_REQUEST_SIZE) +
                               slot.easy.info<long>(CURLINFO_HEADER_SIZE);
            // Connecting has a limit of its own.
            bool connecting = slot.easy.info<curl_off_t>(CURLINFO_PRETRANSFER_TIME_T) == 0;
            if (moved != slot.moved || connecting) {
                slot.moved = moved;
                slot.moved_at = now;
            } else if (now - slot.moved_at >= options.silence) {
                slot.reply.failure = Error(
                    str(slot.request.shown, ": silent for ", format_duration(options.silence)),
                    Exit::unavailable);
                release(slot);
                give_back(slot);
            }
        }
    }

    void wait(Interrupt interrupt) {
        curl_waitfd stop{};
        stop.fd = stop_fd();
        stop.events = CURL_WAIT_POLLIN;
        bool watch = interrupt == Interrupt::at_stop && stop.fd >= 0;
        int ready = 0;
        curl().curl_multi_poll(multi, watch ? &stop : nullptr, watch ? 1 : 0,
                               static_cast<int>(look_every.count()), &ready);
    }
};

HttpTransfers::HttpTransfers(const TransferOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}
HttpTransfers::~HttpTransfers() = default;

void HttpTransfers::log_in(const std::string& user, const std::string& password) {
    impl_->log_in(user, password);
}

void HttpTransfers::run(const Next& next, const std::function<void(std::uint64_t)>& sent,
                        Interrupt interrupt) {
    struct Cancel {
        Impl& impl;
        ~Cancel() { impl.cancel(); }
    } whatever_happens{*impl_};
    impl_->looked = monotonic_now();
    while (impl_->fill(next)) {
        if (interrupt == Interrupt::at_stop && stop_requested())
            throw Error(str(impl_->shown(), ": interrupted"), Exit::unavailable);
        impl_->perform();
        bool ended = impl_->take_ended(sent);
        impl_->look(sent);
        if (!ended)
            impl_->wait(interrupt);
    }
}

} // namespace img
