// Publishing to an object store that speaks Amazon's S3.

#include "verb/sync/object_store.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "foreign/openssl_digest.hpp"
#include "frame/media_type.hpp"
#include "verb/sync/object_store_signature.hpp"
#include "verb/sync/object_store_words.hpp"
#include "verb/sync/upload_file.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>

namespace img {

namespace {

using Method = TransferRequest::Method;
using Headers = std::map<std::string, std::string>;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

std::string region_of(const RemoteOptions& options) {
    for (const std::string& region :
         {options.region, environment("AWS_REGION"), environment("AWS_DEFAULT_REGION")})
        if (!region.empty())
            return region;
    return "us-east-1";
}

StoreKeys find_keys(const std::string& file) {
    StoreKeys keys{environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"),
                   environment("AWS_SESSION_TOKEN")};
    if (file.empty() && !keys.id.empty() && !keys.secret.empty())
        return keys;
    fs::path path = file.empty() ? fs::path{environment("HOME")} / ".aws/credentials" : file;
    if (file.empty() && !fs::exists(path))
        throw Error("there are no keys to the store: neither --credentials-file, nor "
                    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, nor ~/.aws/credentials");
    std::string profile = environment("AWS_PROFILE");
    if (profile.empty())
        profile = "default";
    Bytes text = read_file(path, 1 << 20);
    if (std::optional<StoreKeys> found = parse_store_keys(text_of(text), profile))
        return *found;
    throw Error(str(path.string(), ": there are no keys in a section [", printable(profile), "]"));
}

const char* signed_name(Method method) {
    switch (method) {
    case Method::put:
        return "PUT";
    case Method::post:
        return "POST";
    case Method::remove:
        return "DELETE";
    case Method::head:
        return "HEAD";
    case Method::get:
        break;
    }
    return "GET";
}

class ObjectStore : public Remote {
public:
    ObjectStore(const std::string& address, const fs::path& archive, const RemoteOptions& options)
        : place_(store_place(address, options.endpoint, region_of(options))), archive_(archive),
          options_(options), transfer_options_(transfer_options(options)),
          shown_(Url::parse(address).shown()) {}

    std::size_t batch() const override { return 1000; }

    void send(const std::vector<SyncFile>& files, const SyncEvents& events) override {
        begin();
        for (std::size_t next = 0; next < files.size() && !failure_;) {
            if (!is_large(files[next])) {
                send_small(files, next, events);
            } else {
                send_large(files[next], next, events);
                ++next;
            }
        }
        if (failure_)
            throw *failure_;
    }

    void remove(const std::vector<std::string>& paths,
                const std::function<void(std::size_t)>& removed) override {
        begin();
        std::size_t next = 0;
        run(
            [&]() -> std::optional<Job> {
                return next < paths.size() ? std::optional<Job>{{next++}} : std::nullopt;
            },
            [&](const Job& job) -> std::optional<TransferRequest> {
                return request(Method::remove, paths[job.index], "", {}, nothing());
            },
            [&](const Job& job, const TransferReply& reply) {
                if (reply.status == 404 && xml_text(reply.body, "Code") != "NoSuchBucket")
                    removed(job.index);
                else if (outcome(reply) == UploadOutcome::arrived)
                    removed(job.index);
                else
                    fail(reply);
            },
            {});
        if (failure_)
            throw *failure_;
    }

private:
    struct Job {
        std::size_t index;
        int tries = 0;
    };
    using NextJob = std::function<std::optional<Job>()>;
    using MakeRequest = std::function<std::optional<TransferRequest>(const Job&)>;
    using Settle = std::function<void(const Job&, const TransferReply&)>;

    static bool is_large(const SyncFile& file) { return file.bytes > store_part_bytes(0); }
    static Sha256 nothing() { return sha256_of({}); }

    void begin() {
        failure_.reset();
        keys_ = find_keys(options_.credentials_file);
        if (!transfers_)
            transfers_ = std::make_unique<HttpTransfers>(transfer_options_);
    }

    TransferRequest request(Method method, const std::string& path, const std::string& query,
                            const Headers& headers, const Sha256& payload) const {
        StoreRequest store{
            signed_name(method), place_.host, place_.path + encoded_path(path), query, headers,
            hex_of(payload)};
        Instant now = std::chrono::floor<std::chrono::milliseconds>(
            std::chrono::system_clock::now() + clock_offset_);
        TransferRequest out;
        out.method = method;
        out.url = place_.base + store.path + (query.empty() ? "" : "?" + query);
        out.shown = shown_;
        out.headers = signed_headers(store, keys_, place_.region, now);
        return out;
    }

    /// Runs jobs until there are none or one has failed. `make` gives nullopt for a job that it has
    /// settled itself. A job whose answer teaches us something is done once more.
    void run(const NextJob& next_job, const MakeRequest& make, const Settle& settle,
             const std::function<void(std::uint64_t)>& sent) {
        std::deque<Job> again;
        auto take_job = [&]() -> std::optional<Job> {
            if (again.empty())
                return next_job();
            Job job = again.front();
            again.pop_front();
            return job;
        };
        auto next = [&]() -> std::optional<TransferRequest> {
            while (!failure_) {
                std::optional<Job> job = take_job();
                if (!job)
                    return std::nullopt;
                std::optional<TransferRequest> made = make(*job);
                if (!made)
                    continue;
                made->done = [&, job = *job](const TransferReply& reply) {
                    if (job.tries < 2 && learns_from(reply))
                        again.push_back({job.index, job.tries + 1});
                    else
                        settle(job, reply);
                };
                return made;
            }
            return std::nullopt;
        };
        transfers_->run(next, sent);
    }

    /// Whether the answer says why the request was not liked and what would be.
    bool learns_from(const TransferReply& reply) {
        if (reply.failure || reply.status / 100 == 2)
            return false;
        if (xml_text(reply.body, "Code") == "RequestTimeTooSkewed") {
            auto date = reply.headers.find("date");
            std::optional<Instant> theirs =
                date == reply.headers.end() ? std::nullopt : parse_http_time(date->second);
            if (!theirs)
                return false;
            clock_offset_ = std::chrono::floor<std::chrono::milliseconds>(
                *theirs - std::chrono::system_clock::now());
            return true;
        }
        // Stores that know no such checksums refuse requests that have one.
        bool of_checksum = (reply.status == 400 || reply.status == 501) &&
                           lower(reply.body).find("x-amz-checksum") != std::string::npos;
        if (of_checksum)
            checksums_ = false;
        return of_checksum;
    }

    Headers headers_of(const SyncFile& file) const {
        Headers headers;
        headers["content-type"] = media_type(file.path);
        headers["cache-control"] =
            options_.cache_control.value_or(std::string{store_cache_control(file)});
        if (file.time)
            headers["x-amz-meta-time"] = iso_time(*file.time);
        return headers;
    }

    /// nullptr when it is told of already, or there is a failure.
    std::shared_ptr<const UploadFile> open(const SyncFile& file, std::size_t index,
                                           const SyncEvents& events) {
        try {
            std::shared_ptr<const UploadFile> opened = UploadFile::open(archive_, file);
            if (!opened)
                events.gone(index);
            return opened;
        } catch (const Error& error) {
            if (error.status() == Exit::unavailable)
                fail(error);
            else
                events.refused(index, error.what());
            return nullptr;
        }
    }

    /// Sends from `next` on, up to a large one, and moves it there.
    void send_small(const std::vector<SyncFile>& files, std::size_t& next,
                    const SyncEvents& events) {
        std::map<std::size_t, std::shared_ptr<const UploadFile>> sending;
        run(
            [&]() -> std::optional<Job> {
                if (next == files.size() || is_large(files[next]))
                    return std::nullopt;
                return Job{next++};
            },
            [&](const Job& job) -> std::optional<TransferRequest> {
                const SyncFile& file = files[job.index];
                std::shared_ptr<const UploadFile> opened = open(file, job.index, events);
                if (!opened)
                    return std::nullopt;
                std::optional<Sha256> sum = opened->sum(0, file.bytes);
                if (!sum) {
                    events.gone(job.index);
                    return std::nullopt;
                }
                sending[job.index] = opened;
                Headers headers = headers_of(file);
                if (checksums_)
                    headers["x-amz-checksum-sha256"] = base64_of(*sum);
                TransferRequest out = request(Method::put, file.path, "", headers, *sum);
                out.body.file = opened->fd();
                out.body.bytes = file.bytes;
                return out;
            },
            [&](const Job& job, const TransferReply& reply) {
                std::shared_ptr<const UploadFile> opened = std::move(sending[job.index]);
                sending.erase(job.index);
                settle(job.index, *opened, reply, events);
            },
            events.sent);
    }

    void settle(std::size_t index, const UploadFile& file, const TransferReply& reply,
                const SyncEvents& events) {
        UploadOutcome result = outcome(reply);
        bool settled = result == UploadOutcome::arrived || result == UploadOutcome::refused;
        if (reply.file_was_short || (settled && !file.is_as_listed()))
            events.gone(index);
        else if (result == UploadOutcome::refused)
            events.refused(index, said(reply));
        else if (result == UploadOutcome::arrived)
            events.arrived(index);
        else
            fail(reply);
    }

    /// An object of several parts, which is there when the last request is answered. Without that,
    /// what has arrived of it is taken back.
    void send_large(const SyncFile& file, std::size_t index, const SyncEvents& events) {
        std::shared_ptr<const UploadFile> opened = open(file, index, events);
        if (!opened)
            return;
        TransferReply begun = ask([&] {
            return request(Method::post, file.path, "uploads=", headers_of(file), nothing());
        });
        std::string id = xml_text(begun.body, "UploadId");
        if (outcome(begun) != UploadOutcome::arrived)
            return settle(index, *opened, begun, events);
        if (id.empty())
            return fail(Error(str(shown_, ": the store does not know uploads in parts")));
        std::string query = "uploadId=" + percent_encode(id);
        try {
            std::optional<std::vector<std::string>> tags = send_parts(*opened, query, events);
            if (tags && opened->is_as_listed()) {
                TransferReply ended = complete(file, query, *tags);
                settle(index, *opened, ended, events);
                if (outcome(ended) == UploadOutcome::arrived)
                    return;
            } else if (!failure_) {
                events.gone(index);
            }
        } catch (...) {
            abort(file.path, query);
            throw;
        }
        abort(file.path, query);
    }

    /// The parts' ETags; nullopt when the file has changed or there is a failure.
    std::optional<std::vector<std::string>>
    send_parts(const UploadFile& file, const std::string& query, const SyncEvents& events) {
        std::uint64_t whole = file.listed().bytes, part = store_part_bytes(whole);
        std::vector<std::string> tags((whole + part - 1) / part);
        std::size_t next = 0;
        bool changed = false;
        run(
            [&]() -> std::optional<Job> {
                return next < tags.size() && !changed ? std::optional<Job>{{next++}} : std::nullopt;
            },
            [&](const Job& job) -> std::optional<TransferRequest> {
                std::uint64_t offset = job.index * part;
                std::uint64_t bytes = std::min(part, whole - offset);
                std::optional<Sha256> sum = file.sum(offset, bytes);
                changed = changed || !sum;
                if (!sum)
                    return std::nullopt;
                TransferRequest out =
                    request(Method::put, file.listed().path,
                            str("partNumber=", job.index + 1, "&", query), {}, *sum);
                out.body.file = file.fd();
                out.body.offset = offset;
                out.body.bytes = bytes;
                return out;
            },
            [&](const Job& job, const TransferReply& reply) {
                auto tag = reply.headers.find("etag");
                changed = changed || reply.file_was_short;
                if (outcome(reply) == UploadOutcome::arrived && tag != reply.headers.end())
                    tags[job.index] = tag->second;
                else if (!reply.file_was_short)
                    fail(reply);
            },
            events.sent);
        return changed || failure_ ? std::nullopt : std::optional{tags};
    }

    TransferReply complete(const SyncFile& file, const std::string& query,
                           const std::vector<std::string>& tags) {
        std::string body = store_completion(tags);
        return ask([&] {
            TransferRequest out =
                request(Method::post, file.path, query, {{"content-type", "application/xml"}},
                        sha256_of(bytes_of(body)));
            out.body.before = body;
            return out;
        });
    }

    /// One request and its answer.
    TransferReply ask(const std::function<TransferRequest()>& make) {
        TransferReply answer;
        bool asked = false;
        run(
            [&]() -> std::optional<Job> {
                return std::exchange(asked, true) ? std::nullopt : std::optional<Job>{{0}};
            },
            [&](const Job&) -> std::optional<TransferRequest> { return make(); },
            [&](const Job&, const TransferReply& reply) { answer = reply; }, {});
        return answer;
    }

    /// Tries to; a rule of the bucket does it otherwise. On connections of its own, as those in use
    /// may be why, and without much patience, as we may be asked to end.
    void abort(const std::string& path, const std::string& query) {
        TransferOptions options = transfer_options_;
        options.parallel = 1;
        options.connect_timeout = options.silence = Duration{2'000};
        bool asked = false;
        try {
            HttpTransfers(options).run(
                [&]() -> std::optional<TransferRequest> {
                    if (std::exchange(asked, true))
                        return std::nullopt;
                    TransferRequest out = request(Method::remove, path, query, {}, nothing());
                    out.done = [](const TransferReply&) {};
                    return out;
                },
                {}, HttpTransfers::Interrupt::never);
        } catch (const Error&) { // what led here is what is told
        }
    }

    static UploadOutcome outcome(const TransferReply& reply) {
        if (reply.failure)
            return UploadOutcome::unavailable;
        return store_outcome(reply.status, xml_text(reply.body, "Code"));
    }

    void fail(const Error& error) {
        if (!failure_)
            failure_ = error;
    }
    void fail(const TransferReply& reply) {
        if (reply.failure)
            return fail(*reply.failure);
        bool again = outcome(reply) == UploadOutcome::unavailable;
        fail(Error(str(shown_, ": ", said(reply)), again ? Exit::unavailable : Exit::failed));
    }

    std::string said(const TransferReply& reply) const {
        std::string out = str("the store answers ", reply.status);
        std::string code = printable(xml_text(reply.body, "Code"));
        std::string message = printable(xml_text(reply.body, "Message"));
        if (code.empty())
            message = server_words(reply.body);
        else
            out += " " + code;
        auto region = reply.headers.find("x-amz-bucket-region");
        if (region != reply.headers.end() && region->second != place_.region)
            out += str(" (the bucket is in ", printable(region->second), ", not in ", place_.region,
                       ")");
        return message.empty() ? out : str(out, ": ", message);
    }

    StorePlace place_;
    fs::path archive_;
    RemoteOptions options_;
    TransferOptions transfer_options_;
    std::string shown_;
    StoreKeys keys_{};
    Duration clock_offset_{0}; ///< the store's clock less ours
    bool checksums_ = true;
    std::unique_ptr<HttpTransfers> transfers_;
    std::optional<Error> failure_;
};

} // namespace

std::unique_ptr<Remote> open_object_store(const std::string& address, const fs::path& archive,
                                          const RemoteOptions& options) {
    return std::make_unique<ObjectStore>(address, archive, options);
}

} // namespace img
