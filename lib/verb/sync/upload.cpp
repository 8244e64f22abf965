// Publishing by uploads over HTTPS: forms, or resources of their own.

#include "verb/sync/upload.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "frame/media_type.hpp"
#include "verb/sync/upload_file.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <string_view>

#include <nlohmann/json.hpp>

namespace img {

namespace {

using Method = RemoteOptions::Method;

/// The first line of a file that holds a secret. Throws Error when there is none.
std::string read_secret(const std::string& file) {
    Bytes bytes = read_file(file, 64 << 10);
    std::string_view line = text_of(bytes);
    line = first_line(line.substr(0, line.find('\n')));
    bool readable = std::none_of(line.begin(), line.end(),
                                 [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (line.empty() || !readable)
        throw Error(str(file, ": its first line is empty or holds control characters"));
    return std::string{line};
}

bool is_this_host(const std::string& host) {
    return host == "localhost" || host.starts_with("127.") || host == "[::1]";
}

Url checked_address(const std::string& address, const RemoteOptions& options) {
    Url url = Url::parse(address);
    if (!url.user.empty() || !url.password.empty())
        throw Error(str(url.shown(), ": leave user and password out of the address and use "
                                     "--login-file"),
                    Exit::usage);
    bool secret = !options.token_file.empty() || !options.login_file.empty();
    if (secret && url.scheme != "https" && !is_this_host(url.host))
        throw Error(str(url.shown(), ": a token or password over http can be read by all who see "
                                     "the network; use https"),
                    Exit::usage);
    if (!options.token_file.empty() && !options.login_file.empty())
        throw Error("--token-file and --login-file exclude each other", Exit::usage);
    return url;
}

/// A line that no picture holds but by a chance of 1 to 2^128.
std::string make_boundary() {
    std::random_device chance;
    std::string out = "imgseq-";
    for (int i = 0; i < 4; ++i) {
        std::uint32_t bits = chance();
        Bytes bytes;
        for (int shift = 0; shift < 32; shift += 8)
            bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
        out += hex_of(bytes);
    }
    return out;
}

/// A file's name inside quotes, as browsers write it (HTML, section 4.10.21.8).
std::string form_name(std::string_view name) {
    std::string out;
    for (char c : name) {
        if (c == '"' || c == '\r' || c == '\n')
            out += percent_encode({&c, 1});
        else
            out += c;
    }
    return out;
}

/// What a receiver says that it has got, if it does.
std::string told_sum(const TransferReply& reply) {
    auto type = reply.headers.find("content-type");
    if (type == reply.headers.end() || type->second.find("json") == std::string::npos)
        return {};
    nlohmann::json told = nlohmann::json::parse(reply.body, nullptr, false);
    if (!told.is_object() || !told.contains("sha256") || !told["sha256"].is_string())
        return {};
    return lower(told["sha256"].get<std::string>());
}

class UploadRemote : public Remote {
public:
    UploadRemote(const std::string& address, const fs::path& archive, const RemoteOptions& options)
        : url_(checked_address(address, options)), archive_(archive), options_(options),
          transfer_options_(transfer_options(options)), shown_(url_.shown()) {
        while (options_.method == Method::put && url_.path.ends_with('/'))
            url_.path.pop_back();
    }

    bool takes(const SyncFile& file) const override {
        return options_.method == Method::put || file.time.has_value();
    }
    std::size_t batch() const override { return 1000; }

    void send(const std::vector<SyncFile>& files, const SyncEvents& events) override {
        begin();
        std::size_t next = 0;
        auto next_request = [&]() -> std::optional<TransferRequest> {
            while (next < files.size() && !failure_)
                if (std::optional<TransferRequest> request = request_for(files, next++, events))
                    return request;
            return std::nullopt;
        };
        transfers_->run(next_request, events.sent);
        if (failure_)
            throw *failure_;
    }

    void remove(const std::vector<std::string>& paths,
                const std::function<void(std::size_t)>& removed) override {
        if (options_.method == Method::post)
            throw Error(str(shown_, ": what was uploaded as a form cannot be deleted"),
                        Exit::usage);
        begin();
        std::size_t next = 0;
        auto next_request = [&]() -> std::optional<TransferRequest> {
            if (next == paths.size() || failure_)
                return std::nullopt;
            std::size_t index = next++;
            TransferRequest request;
            request.method = TransferRequest::Method::remove;
            address(request, paths[index]);
            request.done = [this, &removed, index](const TransferReply& reply) {
                if (reply.status == 404 || reply.status == 410 || reply.status / 100 == 2)
                    removed(index);
                else
                    fail(reply);
            };
            return request;
        };
        transfers_->run(next_request);
        if (failure_)
            throw *failure_;
    }

private:
    /// Reads the secrets anew, so that a renewed one counts at once.
    void begin() {
        failure_.reset();
        if (!transfers_)
            transfers_ = std::make_unique<HttpTransfers>(transfer_options_);
        if (!options_.token_file.empty()) {
            secret_ = read_secret(options_.token_file);
            authorization_ = "Authorization: Bearer " + secret_;
        }
        if (options_.login_file.empty())
            return;
        std::string login = read_secret(options_.login_file);
        std::size_t colon = login.find(':');
        if (colon == std::string::npos || colon == 0)
            throw Error(str(options_.login_file, ": its first line is not USER:PASSWORD"));
        secret_ = login.substr(colon + 1);
        transfers_->log_in(login.substr(0, colon), secret_);
    }

    /// nullopt when the file has been told of already, or there is a failure.
    std::optional<TransferRequest> request_for(const std::vector<SyncFile>& files,
                                               std::size_t index, const SyncEvents& events) {
        std::shared_ptr<const UploadFile> file;
        std::optional<Sha256> sum;
        try {
            file = UploadFile::open(archive_, files[index]);
            if (file)
                sum = file->sum(0, files[index].bytes);
        } catch (const Error& error) {
            if (error.status() == Exit::unavailable)
                fail(error);
            else
                events.refused(index, error.what());
            return std::nullopt;
        }
        if (!sum) {
            events.gone(index);
            return std::nullopt;
        }
        TransferRequest request =
            options_.method == Method::put ? put(files[index], *sum) : post(files[index], *sum);
        request.body.file = file->fd();
        request.body.bytes = files[index].bytes;
        request.done = [this, &events, index, file, sum = *sum](const TransferReply& reply) {
            settle(index, *file, sum, reply, events);
        };
        return request;
    }

    TransferRequest put(const SyncFile& file, const Sha256& sum) const {
        TransferRequest request;
        request.method = TransferRequest::Method::put;
        address(request, file.path);
        request.headers.push_back(str("Content-Type: ", media_type(file.path)));
        request.headers.push_back(str("Content-Digest: sha-256=:", base64_of(sum), ":"));
        return request;
    }

    TransferRequest post(const SyncFile& file, const Sha256& sum) const {
        UploadForm form = upload_form(file, sum, boundary_);
        TransferRequest request;
        request.method = TransferRequest::Method::post;
        address(request, "");
        request.headers.push_back("Content-Type: " + form.content_type);
        request.headers.push_back(str("Idempotency-Key: \"", idempotency_key(file, sum), "\""));
        request.body.before = std::move(form.before);
        request.body.after = std::move(form.after);
        return request;
    }

    void address(TransferRequest& request, const std::string& path) const {
        Url url = url_;
        if (!path.empty())
            url.path += "/" + encoded_path(path);
        request.url = url.with_credentials();
        request.shown = shown_;
        if (!authorization_.empty())
            request.headers.push_back(authorization_);
    }

    void settle(std::size_t index, const UploadFile& file, const Sha256& sum,
                const TransferReply& reply, const SyncEvents& events) {
        UploadOutcome outcome = reply.failure
                                    ? UploadOutcome::unavailable
                                    : upload_outcome(options_.method, reply.status, reply.body);
        bool settled = outcome == UploadOutcome::arrived || outcome == UploadOutcome::refused;
        if (reply.file_was_short || (settled && !file.is_as_listed()))
            return events.gone(index);
        if (outcome == UploadOutcome::refused)
            return events.refused(index, said(reply));
        if (outcome != UploadOutcome::arrived)
            return fail(reply);
        std::string told = told_sum(reply);
        if (!told.empty() && told != hex_of(sum))
            return fail(Error(
                str(shown_, ": ", printable(file.listed().path), " has not arrived as it was sent"),
                Exit::unavailable));
        events.arrived(index);
    }

    /// The first failure is the one that is told, when what else is on its way has ended.
    void fail(const Error& error) {
        if (!failure_)
            failure_ = error;
    }
    void fail(const TransferReply& reply) {
        if (reply.failure)
            return fail(*reply.failure);
        bool again =
            upload_outcome(options_.method, reply.status, reply.body) == UploadOutcome::unavailable;
        fail(Error(str(shown_, ": ", said(reply)), again ? Exit::unavailable : Exit::failed));
    }

    /// An answer in a few words, its own included.
    std::string said(const TransferReply& reply) const {
        std::string out = str("the server answers ", reply.status);
        auto header = [&](std::string_view name) {
            auto found = reply.headers.find(name);
            return found == reply.headers.end() ? std::string{} : printable(found->second);
        };
        if (reply.status == 401)
            out += !options_.token_file.empty()  ? " (the token is wrong or has expired)"
                   : options_.login_file.empty() ? " (it wants a token or a password)"
                                                 : " (wrong user or password)";
        else if (reply.status == 404)
            out += " (no such path)";
        else if (reply.status == 405)
            out += options_.method == Method::post ? " (it takes no forms there)"
                                                   : " (it takes no files there)";
        else if (reply.status == 409)
            out += " (the directory is not there, and it makes none)";
        else if (reply.status / 100 == 3)
            out += " (redirects are not followed: " + redacted(header("location")) + ")";
        if (std::string wait = header("retry-after"); !wait.empty())
            out += " (try again after: " + wait + ")";
        std::string words = server_words(reply.body);
        bool telling = !secret_.empty() && words.find(secret_) != std::string::npos;
        return words.empty() || telling ? out : str(out, ": ", words);
    }

    Url url_;
    fs::path archive_;
    RemoteOptions options_;
    TransferOptions transfer_options_;
    std::string shown_, secret_, authorization_;
    std::string boundary_ = make_boundary();
    std::unique_ptr<HttpTransfers> transfers_;
    std::optional<Error> failure_;
};

} // namespace

std::unique_ptr<Remote> open_upload(const std::string& address, const fs::path& archive,
                                    const RemoteOptions& options) {
    return std::make_unique<UploadRemote>(address, archive, options);
}

TransferOptions transfer_options(const RemoteOptions& options) {
    if (!options.key.empty() && options.certificate.empty())
        throw Error("--key belongs to a certificate; give that with --cert", Exit::usage);
    TransferOptions out;
    out.parallel = options.parallel;
    out.ca_file = options.ca_file;
    out.certificate = options.certificate;
    out.key = options.key;
    out.connect_timeout = options.connect_timeout;
    out.silence = options.silence;
    return out;
}

UploadOutcome upload_outcome(Method method, long status, std::string_view body) {
    if (status / 100 == 2)
        return UploadOutcome::arrived;
    // nginx says so of the connection, not of the file.
    bool of_connection = body.find("SSL certificate") != std::string_view::npos ||
                         body.find("HTTPS port") != std::string_view::npos;
    if (status == 400 && of_connection)
        return UploadOutcome::failed;
    switch (status) {
    case 409: // receivers of forms say so of what they have; others of a directory that they lack
    case 412:
        return method == Method::post ? UploadOutcome::arrived : UploadOutcome::failed;
    case 400:
    case 413:
    case 414:
    case 415:
    case 422:
        return UploadOutcome::refused;
    case 408:
    case 425:
    case 429:
        return UploadOutcome::unavailable;
    case 501:
    case 505:
        return UploadOutcome::failed;
    default:
        return status >= 500 ? UploadOutcome::unavailable : UploadOutcome::failed;
    }
}

UploadForm upload_form(const SyncFile& frame, const Sha256& sum, const std::string& boundary) {
    UploadForm form;
    form.content_type = "multipart/form-data; boundary=" + boundary;
    auto field = [&](std::string_view name, std::string_view value) {
        form.before += str("--", boundary, "\r\nContent-Disposition: form-data; name=\"", name,
                           "\"\r\n\r\n", value, "\r\n");
    };
    field("timestamp", iso_time(frame.time.value()));
    if (!frame.camera.empty())
        field("camera", frame.camera);
    field("path", frame.path);
    field("sha256", hex_of(sum));
    std::string name = form_name(frame.path.substr(frame.path.rfind('/') + 1));
    form.before += str("--", boundary, "\r\nContent-Disposition: form-data; name=\"image\"; ",
                       "filename=\"", name, "\"\r\nContent-Type: ", media_type(name), "\r\n\r\n");
    form.after = str("\r\n--", boundary, "--\r\n");
    return form;
}

std::string idempotency_key(const SyncFile& file, const Sha256& sum) {
    return hex_of(sha256_of(bytes_of(str(file.path, "\n", hex_of(sum)))));
}

} // namespace img
