// The built-in test camera: test:road?snow=0.4&night=1&size=1920x1080&seed=7.

#include "base/file.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/snap/cameras.hpp"
#include "verb/snap/scene.hpp"

#include <cerrno>
#include <fcntl.h>

#include <nlohmann/json.hpp>

namespace img {

namespace {

double share(const std::string& key, const std::string& text, double most) {
    std::optional<double> value = parse_double(text);
    if (!value || *value < 0 || *value > most)
        throw Error(
            str("test camera: ", key, ": '", printable(text), "' is not a number from 0 to ", most),
            Exit::usage);
    return *value;
}

SceneOptions scene_options(const std::string& text) {
    std::size_t question = text.find('?');
    std::string scene = text.substr(0, question);
    if (!scene.empty() && scene != "road")
        throw Error(str("test camera: there is no scene '", printable(scene), "', only road"),
                    Exit::usage);
    SceneOptions options;
    std::string query = question == std::string::npos ? "" : text.substr(question + 1);
    for (const auto& [key, value] : parse_query(query)) {
        if (key == "snow") {
            options.snow = share(key, value, 1);
        } else if (key == "night") {
            options.night = share(key, value, 1);
        } else if (key == "noise") {
            options.noise = share(key, value, 50);
        } else if (key == "cars") {
            options.cars = static_cast<int>(share(key, value, 100));
        } else if (key == "seed") {
            options.seed = static_cast<std::uint64_t>(share(key, value, 1e15));
        } else if (key == "size") {
            std::optional<Size> size = parse_size(value);
            if (!size || size->width < 64 || size->height < 48 || size->width > 8192 ||
                size->height > 8192)
                throw Error("test camera: size is from 64x48 to 8192x8192", Exit::usage);
            options.size = *size;
        } else {
            throw Error(str("test camera: there is no parameter '", printable(key),
                            "'; there are snow, night, noise, cars, seed and size"),
                        Exit::usage);
        }
    }
    return options;
}

class TestCamera : public Camera {
public:
    TestCamera(const CameraSetup& setup, const std::string& scene)
        : setup_(setup), options_(scene_options(scene)), scene_(options_) {
        if (setup.source.truth_file.empty())
            return;
        truth_ = Fd{::open(setup.source.truth_file.c_str(),
                           O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
        if (!truth_)
            throw_errno(setup.source.truth_file, errno);
    }

    std::optional<Shot> take(Instant) override {
        Instant time = setup_.clock.now();
        std::string clock = format_time("%Y-%m-%d %H:%M:%S.%L", time, setup_.zone);
        Picture picture = scene_.draw(time, clock);
        if (truth_)
            tell_truth(time);
        return live_shot(setup_, Frame{encode_jpeg(picture, setup_.source.quality)}, time);
    }

private:
    void tell_truth(Instant time) {
        SceneTruth truth = scene_.truth(time);
        nlohmann::json cars = nlohmann::json::array();
        for (const SceneCar& car : truth.cars)
            cars.push_back({car.x, car.y, car.width, car.height});
        nlohmann::json line{{"time", iso_time(time)},
                            {"width", options_.size.width},
                            {"height", options_.size.height},
                            {"road", truth.road},
                            {"snow", truth.snow},
                            {"night", options_.night},
                            {"cars", cars}};
        write_all(*truth_, bytes_of(line.dump() + "\n"), setup_.source.truth_file);
    }

    CameraSetup setup_;
    SceneOptions options_;
    Scene scene_;
    Fd truth_;
};

} // namespace

std::unique_ptr<Camera> open_test_camera(const CameraSetup& setup, const std::string& scene) {
    return std::make_unique<TestCamera>(setup, scene);
}

} // namespace img
