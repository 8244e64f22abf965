// What the kinds of cameras share: finding the kind by the source's name, logins, facts.

#include "verb/snap/cameras.hpp"

#include "base/file.hpp"
#include "base/log.hpp"
#include "frame/jpeg_walk.hpp"

#include <cstdlib>
#include <sys/stat.h>

namespace img {

namespace {

/// Where most cameras have their first stream; for RTSP URLs without a path.
constexpr const char* usual_path = "/stream0";

std::string first_line_of_file(const fs::path& path) {
    Bytes bytes = read_file(path, 4096);
    return std::string{first_line(text_of(bytes))};
}

void note_readable_password(const std::string& file) {
    struct stat about {};
    if (::stat(file.c_str(), &about) == 0 && (about.st_mode & 077) != 0)
        log_note(str(file, " can be read by others; chmod 600 ", file));
}

std::string password_from_surroundings(const std::string& camera) {
    if (const char* password = std::getenv("IMGSEQ_PASSWORD"))
        return password;
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (!directory)
        return {};
    for (const std::string& name : {camera + ".password", std::string{"password"}}) {
        fs::path path = fs::path{directory} / name;
        if (fs::is_regular_file(path))
            return first_line_of_file(path);
    }
    return {};
}

std::chrono::minutes offset_at(const Zone& zone, Instant time) {
    return std::chrono::minutes{zone.local(time).tm_gmtoff / 60};
}

/// Facts that cannot be added do not cost the frame.
Shot shot_with(const CameraSetup& setup, Frame frame, Metadata metadata) {
    try {
        frame = with_metadata(frame, metadata);
    } catch (const Error& error) {
        log_note(str(setup.shown, ": facts are not added: ", error.what()));
    }
    return {std::move(frame), std::move(metadata)};
}

/// What may be a URL that lacks its scheme, and hold a password.
std::string without_login(const std::string& name) {
    std::size_t at = name.rfind('@');
    return at == std::string::npos ? name : "***" + name.substr(at);
}

std::unique_ptr<Camera> open_file(const CameraSetup& setup, const std::string& name) {
    fs::path path{name};
    boost::system::error_code error;
    fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_not_found)
        throw Error(str("'", printable(without_login(name)),
                        "' is neither a file nor a source that is known; "
                        "see imgsnap(1)"),
                    Exit::usage);
    if (error)
        throw_errno(name, error.value());
    if (fs::is_directory(status))
        return open_directory(setup, path);
    if (status.type() == fs::character_file)
        return open_video_camera(
            setup, {VideoTarget::Kind::device, fs::canonical(path).string(), setup.shown});
    Fd fd = open_to_read(path);
    std::uint8_t begin[2] = {};
    bool jpeg = read_some(*fd, begin, 2, name) == 2 && begin[0] == 0xFF && begin[1] == marker::soi;
    return jpeg ? open_picture(setup, path) : open_clip(setup, path);
}

} // namespace

Login login_for(const SnapSource& source, const Url& url) {
    Login login{url.user, url.password};
    if (!source.user.empty())
        login.user = source.user;
    if (!source.password_file.empty()) {
        try {
            login.password = first_line_of_file(source.password_file);
        } catch (const Error& error) {
            throw Error(str("password file ", error.what()), Exit::usage);
        }
        note_readable_password(source.password_file);
    } else if (login.password.empty()) {
        login.password = password_from_surroundings(source.camera);
    }
    if (login.user.empty() && !login.password.empty())
        throw Error("there is a password but no user; give one with --user", Exit::usage);
    return login;
}

Shot live_shot(const CameraSetup& setup, Frame frame, Instant time) {
    Metadata metadata = metadata_of(frame, setup.zone);
    metadata.time = time;
    metadata.offset = offset_at(setup.zone, time);
    if (!setup.source.camera.empty())
        metadata.camera = setup.source.camera;
    if (!metadata.camera.empty())
        metadata.note("camera", metadata.camera);
    metadata.note("source", setup.shown);
    metadata.note("clock", "system");
    return shot_with(setup, std::move(frame), std::move(metadata));
}

Shot recorded_shot(const CameraSetup& setup, Frame frame, Instant time) {
    Metadata metadata = metadata_of(frame, setup.zone);
    bool says_all = metadata.time && metadata.offset && metadata.field("source") &&
                    (setup.source.camera.empty() || setup.source.camera == metadata.camera);
    if (says_all)
        return {std::move(frame), std::move(metadata)};
    if (!metadata.time) {
        metadata.time = time;
        metadata.note("clock", "file");
    }
    if (!metadata.offset)
        metadata.offset = offset_at(setup.zone, *metadata.time);
    if (!setup.source.camera.empty()) {
        metadata.camera = setup.source.camera;
        metadata.note("camera", metadata.camera);
    }
    if (!metadata.field("source"))
        metadata.note("source", setup.shown);
    return shot_with(setup, std::move(frame), std::move(metadata));
}

void refuse_torn(const CameraSetup& setup, const Frame& frame) {
    try {
        check_decodes(frame);
    } catch (const Error& error) {
        throw Error(str(setup.shown, ": ", error.what()), Exit::unavailable);
    }
}

std::unique_ptr<Camera> open_camera(const SnapSource& source, const SnapSeries& series,
                                    const Zone& zone, Clock& clock) {
    const std::string& name = source.source;
    CameraSetup setup{source, series, zone, clock, redacted(name)};
    if (name.empty())
        throw Error("no source is given; try imgsnap test:", Exit::usage);
    if (name.starts_with("test:"))
        return open_test_camera(setup, name.substr(5));
    if (name == "-")
        return open_stream(setup);
    if (name.starts_with("file:"))
        return open_file(setup, name.substr(name.starts_with("file://") ? 7 : 5));
    if (!looks_like_url(name))
        return open_file(setup, name);
    Url url = Url::parse(name);
    setup.shown = url.shown();
    if (url.scheme == "http" || url.scheme == "https")
        return open_http_camera(setup, url);
    if (url.scheme != "rtsp" && url.scheme != "rtsps")
        throw Error(str("there are no sources of scheme '", url.scheme, "'; see imgsnap(1)"),
                    Exit::usage);
    if (url.path.empty()) {
        url.path = usual_path;
        setup.shown = url.shown();
    }
    Login login = login_for(source, url);
    url.user = login.user;
    url.password = login.password;
    return open_video_camera(setup,
                             {VideoTarget::Kind::camera, url.with_credentials(), setup.shown});
}

} // namespace img
