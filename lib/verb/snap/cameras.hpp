// The kinds of cameras behind open_camera, and what they share.
#pragma once

#include "base/error.hpp"
#include "base/fs.hpp"
#include "base/url.hpp"
#include "foreign/ffmpeg.hpp"
#include "verb/snap.hpp"

#include <memory>
#include <string>

namespace img {

/// What every camera is made with.
struct CameraSetup {
    SnapSource source;
    SnapSeries series;
    Zone zone;
    Clock& clock;
    std::string shown; ///< the source without credentials, for facts and errors
};

struct Login {
    std::string user, password;
};

/// User and password for a network camera: from the options and the password file, else from the
/// URL, else $IMGSEQ_PASSWORD, else the systemd credential NAME.password or password. Throws
/// Error{usage} for a password file that cannot be read, or a password without a user.
Login login_for(const SnapSource& source, const Url& url);

/// A frame that was exposed at `time` by a live camera, with its facts.
Shot live_shot(const CameraSetup& setup, Frame frame, Instant time);
/// A frame of a recording. What it says of itself stays; `time` is used where it says none.
Shot recorded_shot(const CameraSetup& setup, Frame frame, Instant time);
/// Throws Error{unavailable} naming the source unless the frame decodes.
void refuse_torn(const CameraSetup& setup, const Frame& frame);

std::unique_ptr<Camera> open_test_camera(const CameraSetup& setup, const std::string& scene);
std::unique_ptr<Camera> open_http_camera(const CameraSetup& setup, const Url& url);
std::unique_ptr<Camera> open_video_camera(const CameraSetup& setup, const VideoTarget& target);
std::unique_ptr<Camera> open_clip(const CameraSetup& setup, const fs::path& path);
std::unique_ptr<Camera> open_picture(const CameraSetup& setup, const fs::path& path);
std::unique_ptr<Camera> open_directory(const CameraSetup& setup, const fs::path& path);
std::unique_ptr<Camera> open_stream(const CameraSetup& setup);

} // namespace img
