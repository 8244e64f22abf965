// What is known of one camera, and the file that keeps it.
#pragma once

#include "base/bytes.hpp"
#include "base/fs.hpp"
#include "verb/road/bitmap.hpp"
#include "verb/road/reference.hpp"

#include <optional>
#include <string>

namespace img {

/// Traffic that a region was learned from.
struct Traffic {
    int frames = 0;   ///< in which it was looked for; at night only where there are few by day
    int vehicles = 0; ///< things that moved, frame by frame
    /// Intersection over union of the regions of the even and of the odd frames, 0 to 1.
    double agreement = 0;
    /// About how many frames are needed for a region; 0 when there is one.
    int frames_needed = 0;
    bool operator==(const Traffic&) const = default;
};

struct CameraState {
    std::string camera;
    Size full;  ///< of its pictures, upright, in pixels
    Size sight; ///< of its sights
    Traffic traffic;
    std::optional<Bitmap> region; ///< of the size of the sights
    References references;
    bool operator==(const CameraState&) const = default;
};

/// The file's bytes, under 400 kB; a name is cut to 200 bytes.
Bytes encoded(const CameraState& state);
/// Throws Error, whose text is one fact, when the bytes are no state, are damaged or truncated, or
/// from another version. All lengths are checked before anything is allocated.
CameraState decoded_state(ByteView bytes);

/// Where the state of `camera` lies in `directory`: a name that is one component of a path, as in
/// the names of frames. Throws Error when the name is empty.
fs::path state_path(const fs::path& directory, const std::string& camera);

/// Replaces the file as a whole; makes its directory.
void save_state(const fs::path& path, const CameraState& state);
/// The state of this camera, whose sights are now of `sight`; its pictures may have become larger
/// or smaller. nullopt when there is no such file. Throws Error that names the path: what
/// decoded_state says, or that the state is of another camera or another shape of picture.
std::optional<CameraState> load_state(const fs::path& path, const std::string& camera, Size sight);

} // namespace img
