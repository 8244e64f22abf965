// Cameras that give a picture for a request: snapshot URLs, and MJPEG streams over HTTP.

#include "base/log.hpp"
#include "foreign/curl.hpp"
#include "frame/jpeg_walk.hpp"
#include "verb/snap/cameras.hpp"

#include <algorithm>
#include <array>

namespace img {

namespace {

constexpr std::array<std::uint8_t, 3> start_of_jpeg{0xFF, marker::soi, 0xFF};

/// Cuts the wanted part out of multipart/x-mixed-replace. Boundaries and lengths are what cameras
/// get wrong in every possible way, so the pictures themselves are walked.
class PartReader {
public:
    explicit PartReader(int skip) : skip_(skip) {}

    /// Whether `body` now holds the whole wanted part.
    bool advance(ByteView body) {
        for (;;) {
            if (!begin_) {
                auto from = body.begin() + static_cast<std::ptrdiff_t>(searched_);
                auto found =
                    std::search(from, body.end(), start_of_jpeg.begin(), start_of_jpeg.end());
                if (found == body.end()) {
                    searched_ = body.size() < 2 ? 0 : std::max(searched_, body.size() - 2);
                    return false;
                }
                begin_ = static_cast<std::size_t>(found - body.begin());
            }
            std::optional<std::size_t> length = walk(body.subspan(*begin_));
            if (!length)
                return false;
            if (*length > 0 && skip_-- <= 0) {
                length_ = *length;
                return true;
            }
            searched_ = *begin_ + (*length > 0 ? *length : walk_.position());
            begin_.reset();
            walk_ = {};
        }
    }

    /// The wanted part; empty where advance() has not said that it is there.
    Bytes part(const Bytes& body) const {
        if (length_ == 0)
            return {};
        auto from = body.begin() + static_cast<std::ptrdiff_t>(*begin_);
        return Bytes(from, from + static_cast<std::ptrdiff_t>(length_));
    }

private:
    /// The length of the part, 0 for one that is torn, nullopt while it is not whole.
    std::optional<std::size_t> walk(ByteView bytes) {
        try {
            return walk_.advance(bytes);
        } catch (const Error& error) {
            log_detail(str("a part of the stream is passed over: ", error.what()));
            return 0;
        }
    }

    int skip_;
    std::size_t searched_ = 0, length_ = 0;
    std::optional<std::size_t> begin_;
    JpegWalk walk_;
};

class HttpCamera : public Camera {
public:
    HttpCamera(const CameraSetup& setup, Url url) : setup_(setup) {
        Login login = login_for(setup.source, url);
        // Some cameras compute Digest over the host as they know it: without the default port.
        if ((url.scheme == "http" && url.port == "80") ||
            (url.scheme == "https" && url.port == "443"))
            url.port.clear();
        url.user.clear();
        url.password.clear();
        request_.url = url.with_credentials();
        request_.shown = setup.shown;
        request_.user = login.user;
        request_.password = login.password;
        request_.connect_timeout = setup.source.connect_timeout;
        request_.read_timeout = setup.source.read_timeout;
        request_.timeout = setup.source.timeout;
        request_.ca_file = setup.source.ca_file;
        if (setup.source.insecure)
            request_.peer = FetchRequest::Peer::any;
    }

    std::optional<Shot> take(Instant) override {
        std::optional<Instant> answered;
        PartReader parts{setup_.source.skip};
        bool multipart = false;
        request_.enough = [&](ByteView body, const std::string& content_type) {
            if (!answered)
                answered = setup_.clock.now();
            multipart = content_type.starts_with("multipart/");
            if (!multipart)
                return false;
            bool whole = parts.advance(body);
            if (whole)
                answered = setup_.clock.now();
            return whole;
        };
        FetchReply reply = client_.fetch(request_);
        note_readable_password(reply);
        if (multipart && !reply.had_enough)
            throw Error(str(setup_.shown, ": the stream ended before a picture was whole"),
                        Exit::unavailable);
        Frame frame = frame_of(multipart ? parts.part(reply.body) : std::move(reply.body),
                               reply.content_type);
        refuse_torn(setup_, frame);
        return live_shot(setup_, std::move(frame), answered.value_or(setup_.clock.now()));
    }

private:
    Frame frame_of(Bytes body, const std::string& content_type) const {
        if (body.empty())
            throw Error(str(setup_.shown, ": the answer is empty"), Exit::unavailable);
        bool jpeg = body.size() >= 2 && body[0] == 0xFF && body[1] == marker::soi;
        if (!jpeg)
            throw Error(
                str(setup_.shown, ": the answer is not a JPEG but ",
                    content_type.empty() ? "of no stated type" : printable(content_type, 60)));
        try {
            return frame_from(std::move(body));
        } catch (const Error& error) {
            throw Error(str(setup_.shown, ": ", error.what()), Exit::unavailable);
        }
    }

    void note_readable_password(const FetchReply& reply) {
        if (reply.password_was_readable && !noted_)
            log_note(str(setup_.shown, ": the camera takes only Basic logins over plain HTTP: the "
                                       "password can be read on the network"));
        noted_ = noted_ || reply.password_was_readable;
    }

    CameraSetup setup_;
    FetchRequest request_;
    HttpClient client_;
    bool noted_ = false;
};

} // namespace

std::unique_ptr<Camera> open_http_camera(const CameraSetup& setup, const Url& url) {
    return std::make_unique<HttpCamera>(setup, url);
}

} // namespace img
