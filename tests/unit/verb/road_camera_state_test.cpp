#include "verb/road/camera_state.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace img;

namespace {

Reference some_reference(Light light, Size sight, int first) {
    Reference reference;
    reference.light = light;
    reference.frames = first;
    reference.size = reference_size(sight);
    const auto fill = [&](Size size) {
        std::vector<std::uint8_t> plane(static_cast<std::size_t>(size.width * size.height));
        for (std::size_t i = 0; i < plane.size(); ++i)
            plane[i] = static_cast<std::uint8_t>(static_cast<std::size_t>(first) + i * 7);
        return plane;
    };
    reference.median = fill(reference.size);
    reference.deviation = fill(cells_of(reference.size));
    reference.warmth = fill(cells_of(reference.size));
    return reference;
}

CameraState some_state(Size sight) {
    CameraState state;
    state.camera = "north";
    state.full = {sight.width * 4, sight.height * 4};
    state.sight = sight;
    state.traffic = {340, 1700, 0.97, 0};
    state.region.emplace(sight);
    for (std::size_t i = 0; i < state.region->inside.size(); ++i)
        state.region->inside[i] = i % 3 == 0;
    for (int light = 0; light < 4; ++light)
        state.references[static_cast<std::size_t>(light)] =
            some_reference(static_cast<Light>(light), sight, light + 1);
    return state;
}

std::string refusal(ByteView bytes) {
    try {
        decoded_state(bytes);
    } catch (const Error& error) {
        return error.what();
    }
    return "none";
}

std::string refusal_of_file(const fs::path& path, const std::string& camera, Size sight) {
    try {
        load_state(path, camera, sight);
    } catch (const Error& error) {
        return error.what();
    }
    return "none";
}

} // namespace

TEST_CASE("camera state: what was encoded is decoded, in less than 400 kB for any shape") {
    for (int height : {32, 180, 213, 240, 262, 263, 320, 427, 640}) {
        CAPTURE(height);
        const CameraState state = some_state({sight_width, height});
        const Bytes bytes = encoded(state);
        CHECK(bytes.size() < 400'000);
        CHECK(decoded_state(bytes) == state);
    }
}

TEST_CASE("camera state: a region and references may be absent") {
    CameraState state = some_state({sight_width, 180});
    state.region.reset();
    state.references[1].reset();
    state.references[3].reset();
    CHECK(decoded_state(encoded(state)) == state);
}

TEST_CASE("camera state: each changed byte is noticed") {
    const Bytes bytes = encoded(some_state({sight_width, 32}));
    for (std::size_t at = 0; at < bytes.size(); at += at < 100 ? 1 : 997) {
        CAPTURE(at);
        Bytes damaged = bytes;
        damaged[at] ^= 0x10;
        CHECK(refusal(damaged) != "none");
    }
}

TEST_CASE("camera state: truncated and lengthened files are refused, whatever their length") {
    Bytes bytes = encoded(some_state({sight_width, 32}));
    for (std::size_t length = 0; length < bytes.size(); length += length < 60 ? 1 : 499) {
        CAPTURE(length);
        CHECK(refusal(ByteView(bytes).first(length)) != "none");
    }
    CHECK(refusal(ByteView(bytes).first(bytes.size() - 1)) == "the road state is truncated");
    bytes.push_back(0);
    CHECK(refusal(bytes) == "the road state is damaged");
}

TEST_CASE("camera state: what it is refused for is one fact") {
    Bytes bytes = encoded(some_state({sight_width, 32}));
    CHECK(refusal(bytes_of("JFIF and so on")) == "it is no road state");
    CHECK(refusal({}) == "it is no road state");
    Bytes newer = bytes;
    newer[8] = 9;
    CHECK(refusal(newer) == "the road state is of version 9, and this program reads 1");
    bytes[60] ^= 1;
    CHECK(refusal(bytes) == "the road state is damaged");
}

TEST_CASE("camera state: a file that says it is huge allocates nothing") {
    Bytes bytes = encoded(some_state({sight_width, 32}));
    for (std::size_t i = 12; i < 16; ++i)
        bytes[i] = 0xff;
    CHECK(refusal(bytes) == "the road state is truncated");
}

TEST_CASE("load_state: nothing is there before something was saved, and then it is what was") {
    const Scratch scratch;
    const Size sight{sight_width, 180};
    const CameraState state = some_state(sight);
    const fs::path path = state_path(scratch.path(), "north");
    CHECK_FALSE(load_state(path, "north", sight));
    save_state(path, state);
    CHECK(load_state(path, "north", sight) == state);
    CameraState later = state;
    later.traffic.frames = 900;
    save_state(path, later);
    CHECK(load_state(path, "north", sight) == later);
    CHECK(scratch.names() == std::set<std::string>{"north.road"});
}

TEST_CASE("load_state: another camera, another shape and damage are refused by name") {
    const Scratch scratch;
    const fs::path path = scratch / "x.road";
    save_state(path, some_state({sight_width, 180}));
    CHECK(refusal_of_file(path, "south", {sight_width, 180}) ==
          path.string() + ": the road state is of camera 'north', not 'south'");
    CHECK(refusal_of_file(path, "north", {sight_width, 240}) ==
          path.string() + ": the road state is of pictures of 1280x720, whose shape is another");
    write_file(path, bytes_of("imgroad\n"));
    CHECK(refusal_of_file(path, "north", {sight_width, 180}) ==
          path.string() + ": the road state is truncated");
    write_file(path, Bytes(500'000));
    CHECK(refusal_of_file(path, "north", {sight_width, 180}) != "none");
}

TEST_CASE("state_path: a camera's name stays one component of the path") {
    CHECK(state_path("/var/lib", "north") == "/var/lib/north.road");
    CHECK(state_path("/var/lib", "../../etc/passwd").parent_path() == "/var/lib");
    CHECK(state_path("/var/lib", "a/b").parent_path() == "/var/lib");
    CHECK(state_path("/var/lib", "50 % {x}").filename() == "50 % {x}.road");
    CHECK_THROWS_AS(state_path("/var/lib", ""), Error);
}
