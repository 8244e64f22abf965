// What is known of one camera, and the file that keeps it.

#include "verb/road/camera_state.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "frame/archive.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <string_view>

namespace img {

namespace {

// The file: `magic`, version and length of what is known (4 bytes each), what is known, 8 bytes of
// checksum over all before. Numbers have their least byte first.
constexpr std::string_view magic = "imgroad\n";
constexpr std::uint32_t version = 1;
constexpr std::size_t head = magic.size() + 8, tail = 8;
constexpr std::size_t most_bytes = 400'000, longest_name = 200;
constexpr int longest_side = 1 << 20;

std::size_t area(Size size) {
    return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923): against damage, not against forgery.
std::uint64_t checksum(ByteView bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (std::uint8_t byte : bytes)
        hash = (hash ^ byte) * 0x100000001b3;
    return hash;
}

class StateWriter {
public:
    void bytes(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
    void number(std::uint64_t value, int width) {
        for (int i = 0; i < width; ++i)
            out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    void number(int value) { number(static_cast<std::uint32_t>(value), 4); }
    void size(Size size) {
        number(size.width);
        number(size.height);
    }
    void bits(const std::vector<std::uint8_t>& inside) {
        for (std::size_t i = 0; i < inside.size(); i += 8) {
            unsigned byte = 0;
            for (std::size_t k = i; k < std::min(i + 8, inside.size()); ++k)
                byte |= static_cast<unsigned>(inside[k]) << (k - i);
            out_.push_back(static_cast<std::uint8_t>(byte));
        }
    }
    Bytes take() { return std::move(out_); }
    const Bytes& so_far() const { return out_; }

private:
    Bytes out_;
};

/// Throws where the bytes end, or say what cannot be.
class StateReader {
public:
    explicit StateReader(ByteView bytes) : rest_(bytes) {}

    ByteView bytes(std::size_t count) {
        if (count > rest_.size())
            throw Error("the road state is truncated");
        const ByteView taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    std::uint64_t number(int width) {
        std::uint64_t value = 0;
        int shift = 0;
        for (std::uint8_t byte : bytes(static_cast<std::size_t>(width)))
            value |= static_cast<std::uint64_t>(byte) << (8 * shift++);
        return value;
    }
    int number_between(int least, int most) {
        const std::uint64_t value = number(4);
        if (value < static_cast<std::uint64_t>(least) || value > static_cast<std::uint64_t>(most))
            fail();
        return static_cast<int>(value);
    }
    std::vector<std::uint8_t> plane(std::size_t count) {
        const ByteView taken = bytes(count);
        return {taken.begin(), taken.end()};
    }
    std::vector<std::uint8_t> bits(std::size_t count) {
        const ByteView taken = bytes((count + 7) / 8);
        std::vector<std::uint8_t> inside(count);
        for (std::size_t i = 0; i < count; ++i)
            inside[i] = (taken[i / 8] >> (i % 8)) & 1;
        return inside;
    }
    void end() const {
        if (!rest_.empty())
            fail();
    }
    [[noreturn]] static void fail() { throw Error("the road state is damaged"); }

private:
    ByteView rest_;
};

constexpr int most_frames = 1'000'000'000;

void write_known(StateWriter& out, const CameraState& state) {
    const std::string_view name = std::string_view(state.camera).substr(0, longest_name);
    out.number(name.size(), 1);
    out.bytes(bytes_of(name));
    out.size(state.full);
    out.number(state.sight.height);
    out.number(std::min(state.traffic.frames, most_frames));
    out.number(std::min(state.traffic.vehicles, most_frames));
    out.number(std::bit_cast<std::uint64_t>(state.traffic.agreement), 8);
    out.number(std::min(state.traffic.frames_needed, most_frames));
    out.number(state.region ? 1 : 0);
    if (state.region)
        out.bits(state.region->inside);
    for (const std::optional<Reference>& reference : state.references) {
        out.number(reference ? std::min(reference->frames, most_frames) : 0);
        if (!reference)
            continue;
        out.bytes(reference->median);
        out.bytes(reference->deviation);
        out.bytes(reference->warmth);
    }
}

std::optional<Reference> read_reference(StateReader& in, Light light, Size sight) {
    Reference reference;
    reference.light = light;
    reference.frames = in.number_between(0, most_frames);
    if (reference.frames == 0)
        return std::nullopt;
    reference.size = reference_size(sight);
    reference.median = in.plane(area(reference.size));
    reference.deviation = in.plane(area(cells_of(reference.size)));
    reference.warmth = in.plane(area(cells_of(reference.size)));
    return reference;
}

CameraState read_known(ByteView known) {
    StateReader in(known);
    CameraState state;
    state.camera = text_of(in.bytes(in.number(1)));
    state.full.width = in.number_between(1, longest_side);
    state.full.height = in.number_between(1, longest_side);
    state.sight = {sight_width, in.number_between(32, 640)};
    state.traffic.frames = in.number_between(0, most_frames);
    state.traffic.vehicles = in.number_between(0, most_frames);
    state.traffic.agreement = std::bit_cast<double>(in.number(8));
    if (!(state.traffic.agreement >= 0 && state.traffic.agreement <= 1))
        StateReader::fail();
    state.traffic.frames_needed = in.number_between(0, most_frames);
    if (in.number_between(0, 1) == 1) {
        state.region.emplace().size = state.sight;
        state.region->inside = in.bits(area(state.sight));
    }
    for (std::size_t light = 0; light < state.references.size(); ++light)
        state.references[light] = read_reference(in, static_cast<Light>(light), state.sight);
    in.end();
    return state;
}

} // namespace

Bytes encoded(const CameraState& state) {
    StateWriter known;
    write_known(known, state);
    StateWriter out;
    out.bytes(bytes_of(magic));
    out.number(version, 4);
    out.number(known.so_far().size(), 4);
    out.bytes(known.so_far());
    out.number(checksum(out.so_far()), 8);
    return out.take();
}

CameraState decoded_state(ByteView bytes) {
    if (text_of(bytes.first(std::min(magic.size(), bytes.size()))) != magic)
        throw Error("it is no road state");
    StateReader in(bytes.subspan(magic.size()));
    if (const std::uint64_t found = in.number(4); found != version)
        throw Error(
            str("the road state is of version ", found, ", and this program reads ", version));
    const std::uint64_t length = in.number(4);
    if (bytes.size() - head < length + tail)
        throw Error("the road state is truncated");
    if (bytes.size() - head > length + tail)
        StateReader::fail();
    const ByteView known = in.bytes(length);
    if (in.number(8) != checksum(bytes.first(bytes.size() - tail)))
        StateReader::fail();
    return read_known(known);
}

fs::path state_path(const fs::path& directory, const std::string& camera) {
    Metadata named;
    named.camera = camera;
    return directory / archive_path("{camera}.road", named);
}

void save_state(const fs::path& path, const CameraState& state) {
    make_directory_for(path);
    write_file(path, encoded(state));
}

std::optional<CameraState> load_state(const fs::path& path, const std::string& camera, Size sight) {
    boost::system::error_code ignored; // reading it says what is wrong
    if (fs::status(path, ignored).type() == fs::file_not_found)
        return std::nullopt;
    const Bytes bytes = read_file(path, most_bytes);
    std::optional<CameraState> state;
    try {
        state = decoded_state(bytes);
    } catch (const Error& error) {
        throw Error(str(path.string(), ": ", error.what()), error.status());
    }
    if (state->camera != camera.substr(0, longest_name))
        throw Error(str(path.string(), ": the road state is of camera '", printable(state->camera),
                        "', not '", printable(camera), "'"));
    if (state->sight != sight)
        throw Error(str(path.string(), ": the road state is of pictures of ", state->full.width,
                        "x", state->full.height, ", whose shape is another"));
    return state;
}

} // namespace img
