// The built-in test camera's picture: a road scene drawn from its parameters and the time.

#include "verb/snap/scene.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace img {

namespace {

// The road, as shares of width and height; its edges meet at (0.5, vanishing_y).
constexpr double horizon_y = 0.36, vanishing_y = 0.34;
constexpr double far_half_width = 0.012, near_half_width = 0.46;

double half_width_at(double y) {
    return far_half_width +
           (near_half_width - far_half_width) * (y - horizon_y) / (1.0 - horizon_y);
}

/// splitmix64 (Steele, Lea, Flood 2014): 64 well-mixed bits of any counter.
std::uint64_t mixed(std::uint64_t value) {
    value += 0x9E3779B97F4A7C15;
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
    value = (value ^ value >> 27) * 0x94D049BB133111EB;
    return value ^ value >> 31;
}

double unit(std::uint64_t value) {
    return static_cast<double>(mixed(value) >> 11) * 0x1p-53;
}

/// Smooth noise from 0 to 1 over the plane: values at whole coordinates, blended between.
double smooth_noise(double x, double y, std::uint64_t seed) {
    double floor_x = std::floor(x), floor_y = std::floor(y);
    auto at = [&](int dx, int dy) {
        auto column = static_cast<std::uint64_t>(static_cast<std::int64_t>(floor_x) + dx);
        auto row = static_cast<std::uint64_t>(static_cast<std::int64_t>(floor_y) + dy);
        return unit(seed ^ mixed(column * 0x9E3779B1 + mixed(row)));
    };
    auto ease = [](double t) { return t * t * (3 - 2 * t); };
    double fx = ease(x - floor_x), fy = ease(y - floor_y);
    double top = std::lerp(at(0, 0), at(1, 0), fx), bottom = std::lerp(at(0, 1), at(1, 1), fx);
    return std::lerp(top, bottom, fy);
}

/// Several octaves of it: clouds, asphalt, drifts.
double rough_noise(double x, double y, std::uint64_t seed) {
    return 0.55 * smooth_noise(x, y, seed) + 0.3 * smooth_noise(2.3 * x, 2.3 * y, seed + 1) +
           0.15 * smooth_noise(5.1 * x, 5.1 * y, seed + 2);
}

std::uint8_t level(double value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
}

void put(Picture& picture, int x, int y, double red, double green, double blue) {
    std::uint8_t* pixel = picture.row(y) + static_cast<std::size_t>(x) * 3;
    pixel[0] = level(red);
    pixel[1] = level(green);
    pixel[2] = level(blue);
}

void add(Picture& picture, int x, int y, double red, double green, double blue) {
    if (x < 0 || y < 0 || x >= picture.size.width || y >= picture.size.height)
        return;
    const std::uint8_t* pixel = picture.row(y) + static_cast<std::size_t>(x) * 3;
    put(picture, x, y, pixel[0] + red, pixel[1] + green, pixel[2] + blue);
}

void fill(Picture& picture, int x, int y, int width, int height, Color color) {
    for (int row = std::max(y, 0); row < std::min(y + height, picture.size.height); ++row)
        for (int column = std::max(x, 0); column < std::min(x + width, picture.size.width);
             ++column)
            put(picture, column, row, color.red, color.green, color.blue);
}

/// A soft round light.
void glow(Picture& picture, double x, double y, double radius, Color color, double strength) {
    for (int row = static_cast<int>(y - radius); row <= static_cast<int>(y + radius); ++row)
        for (int column = static_cast<int>(x - radius); column <= static_cast<int>(x + radius);
             ++column) {
            double distance = std::hypot(column - x, row - y) / radius;
            if (distance >= 1)
                continue;
            double share = strength * (1 - distance) * (1 - distance);
            add(picture, column, row, share * color.red, share * color.green, share * color.blue);
        }
}

/// Five by seven dots a character, rows from the top, the leftmost dot in bit 4.
struct Glyph {
    char character;
    std::array<std::uint8_t, 7> rows;
};

constexpr std::array<Glyph, 15> glyphs{{
    {'0', {14, 17, 19, 21, 25, 17, 14}},
    {'1', {4, 12, 4, 4, 4, 4, 14}},
    {'2', {14, 17, 1, 2, 4, 8, 31}},
    {'3', {31, 2, 4, 2, 1, 17, 14}},
    {'4', {2, 6, 10, 18, 31, 2, 2}},
    {'5', {31, 16, 30, 1, 1, 17, 14}},
    {'6', {6, 8, 16, 30, 17, 17, 14}},
    {'7', {31, 1, 2, 4, 8, 8, 8}},
    {'8', {14, 17, 17, 14, 17, 17, 14}},
    {'9', {14, 17, 17, 15, 1, 2, 12}},
    {'-', {0, 0, 0, 31, 0, 0, 0}},
    {':', {0, 12, 12, 0, 12, 12, 0}},
    {'.', {0, 0, 0, 0, 0, 12, 12}},
    {'+', {0, 4, 4, 31, 4, 4, 0}},
    {'Z', {31, 1, 2, 4, 8, 16, 31}},
}};

} // namespace

Scene::Scene(const SceneOptions& options)
    : options_(options), still_(options.size, ColorSpace::rgb) {
    draw_sky();
    draw_ground();
    draw_marks();
    lay_snow();
    darken(still_);
}

int Scene::horizon() const {
    return static_cast<int>(horizon_y * options_.size.height);
}

bool Scene::on_road(int x, int y) const {
    double v = (y + 0.5) / options_.size.height, u = (x + 0.5) / options_.size.width;
    return v >= horizon_y && std::abs(u - 0.5) <= half_width_at(v);
}

void Scene::draw_sky() {
    auto [width, height] = options_.size;
    for (int y = 0; y < horizon(); ++y)
        for (int x = 0; x < width; ++x) {
            double v = static_cast<double>(y) / height, u = static_cast<double>(x) / width;
            double cloud = std::max(0.0, rough_noise(u * 6, v * 18, options_.seed + 10) - 0.45) * 2;
            double low = v / horizon_y;
            double ridge = horizon_y - 0.03 - 0.06 * smooth_noise(u * 5, 0, options_.seed + 20);
            if (v > ridge)
                put(still_, x, y, 92 + 20 * low, 112 + 14 * low, 118);
            else
                put(still_, x, y, 120 + 80 * low + 70 * cloud, 165 + 50 * low + 40 * cloud,
                    215 + 15 * low + 10 * cloud);
        }
}

void Scene::draw_ground() {
    auto [width, height] = options_.size;
    for (int y = horizon(); y < height; ++y) {
        double v = (y + 0.5) / height;
        double distance = 1.0 / (v - vanishing_y); // perspective: near rows are large
        for (int x = 0; x < width; ++x) {
            double u = (x + 0.5) / width;
            double along = distance * 8, across = (u - 0.5) * distance * 8;
            double grain = rough_noise(across * 3, along * 3, options_.seed + 30);
            if (on_road(x, y))
                put(still_, x, y, 88 + 26 * grain, 88 + 26 * grain, 92 + 24 * grain);
            else
                put(still_, x, y, 70 + 45 * grain, 96 + 50 * grain, 52 + 24 * grain);
        }
    }
}

void Scene::draw_marks() {
    auto [width, height] = options_.size;
    for (int y = horizon(); y < height; ++y) {
        double v = (y + 0.5) / height;
        double half = half_width_at(v);
        double distance = 1.0 / (v - vanishing_y);
        bool dash = std::fmod(distance * 3, 2.0) < 1.1;
        for (double place : {-0.93, 0.0, 0.93}) {
            if (place == 0.0 && !dash)
                continue;
            double center = (0.5 + place * half) * width;
            double breadth = std::max(0.5, 0.016 * half * width);
            for (int x = static_cast<int>(center - breadth); x <= center + breadth; ++x)
                if (x >= 0 && x < width)
                    put(still_, x, y, 205, 203, 192);
        }
    }
}

void Scene::lay_snow() {
    auto [width, height] = options_.size;
    snowed_.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0);
    if (options_.snow <= 0)
        return;
    // How readily each place keeps snow: drifts, less in the wheel tracks.
    std::vector<float> keep(snowed_.size(), 0.F), of_road;
    for (int y = horizon(); y < height; ++y) {
        double v = (y + 0.5) / height, half = half_width_at(v);
        double distance = 1.0 / (v - vanishing_y);
        for (int x = 0; x < width; ++x) {
            double u = (x + 0.5) / width;
            double along = distance * 8, across = (u - 0.5) * distance * 8;
            double value = rough_noise(across, along, options_.seed + 40);
            double lane = (u - 0.5) / half;
            for (double track : {-0.66, -0.34, 0.34, 0.66})
                value -= 0.22 * std::exp(-std::pow((lane - track) / 0.07, 2));
            std::size_t at = static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                             static_cast<std::size_t>(x);
            keep[at] = static_cast<float>(value);
            if (on_road(x, y))
                of_road.push_back(keep[at]);
        }
    }
    // The threshold that leaves exactly the wanted share of the road covered.
    auto bare = static_cast<std::size_t>((1 - options_.snow) * static_cast<double>(of_road.size()));
    float threshold = -1e9F;
    if (bare > 0) {
        bare = std::min(bare, of_road.size() - 1);
        auto middle = of_road.begin() + static_cast<std::ptrdiff_t>(bare);
        std::nth_element(of_road.begin(), middle, of_road.end());
        threshold = *middle;
    }
    for (int y = horizon(); y < height; ++y)
        for (int x = 0; x < width; ++x) {
            std::size_t at = static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                             static_cast<std::size_t>(x);
            // Grass keeps snow better than asphalt.
            bool road = on_road(x, y);
            if (keep[at] < threshold - (road ? 0.F : 0.12F))
                continue;
            snowed_[at] = road ? 1 : 0;
            double shade = 214 + 30 * keep[at];
            put(still_, x, y, shade, shade + 3, shade + 8);
        }
}

void Scene::darken(Picture& picture) const {
    if (options_.night <= 0)
        return;
    auto [width, height] = options_.size;
    double night = std::min(options_.night, 1.0);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            double u = static_cast<double>(x) / width, v = static_cast<double>(y) / height;
            // Two street lamps light the road in warm pools.
            double pool = 0;
            for (auto [lamp_x, lamp_y] : {std::pair{0.3, 0.62}, std::pair{0.66, 0.85}})
                pool +=
                    0.5 *
                    std::exp(-(std::pow((u - lamp_x) / 0.2, 2) + std::pow((v - lamp_y) / 0.14, 2)));
            double day = 1 - night;
            const std::uint8_t* pixel = picture.row(y) + static_cast<std::size_t>(x) * 3;
            put(picture, x, y, pixel[0] * (day + night * (0.05 + pool)),
                pixel[1] * (day + night * (0.055 + 0.82 * pool)),
                pixel[2] * (day + night * (0.085 + 0.5 * pool)));
        }
}

std::vector<Scene::Car> Scene::cars_at(Instant instant) const {
    static constexpr std::array<Color, 6> paints{{{170, 30, 28},
                                                  {225, 226, 228},
                                                  {36, 58, 120},
                                                  {40, 42, 44},
                                                  {150, 152, 155},
                                                  {196, 160, 40}}};
    auto [width, height] = options_.size;
    double seconds = static_cast<double>(instant.time_since_epoch().count() % 86'400'000) / 1000;
    std::vector<Car> cars;
    for (int i = 0; i < options_.cars; ++i) {
        auto number = options_.seed * 131 + static_cast<std::uint64_t>(i);
        bool oncoming = i % 2 == 0;
        double way = unit(number) + seconds / (9 + 8 * unit(number + 7777));
        double share = way - std::floor(way);
        double nearness = oncoming ? share : 1 - share;
        // Equal steps of the road are seen shorter the farther they are.
        constexpr double depth = 0.15, at_horizon = depth / (1 + depth);
        double seen = (depth / (1 + depth - nearness) - at_horizon) / (1 - at_horizon);
        double v = horizon_y + (1.12 - horizon_y) * seen;
        double half = half_width_at(v);
        double car_width = 0.52 * half * width, car_height = 0.72 * car_width;
        double center = (0.5 + (oncoming ? -0.5 : 0.5) * half) * width;
        SceneCar box{static_cast<int>(center - car_width / 2),
                     static_cast<int>(v * height - car_height), static_cast<int>(car_width),
                     static_cast<int>(car_height)};
        if (box.width >= 2)
            cars.push_back({box, oncoming, paints[mixed(number) % paints.size()], nearness});
    }
    std::sort(cars.begin(), cars.end(), [](const Car& a, const Car& b) {
        return a.box.y + a.box.height < b.box.y + b.box.height;
    });
    return cars;
}

void Scene::draw_car(Picture& picture, const Car& car) const {
    auto [x, y, width, height] = car.box;
    double light = 1 - 0.8 * std::min(options_.night, 1.0);
    auto lit = [&](Color color) {
        return Color{level(color.red * light), level(color.green * light),
                     level(color.blue * light)};
    };
    fill(picture, x + width / 20, y + height - height / 10, width - width / 10, height / 8,
         lit({30, 30, 32}));
    fill(picture, x, y + height * 2 / 5, width, height * 2 / 5, lit(car.paint));
    fill(picture, x + width / 7, y, width - 2 * (width / 7), height * 2 / 5, lit(car.paint));
    fill(picture, x + width / 5, y + height / 12, width - 2 * (width / 5), height * 3 / 10,
         lit({60, 74, 86}));
    for (int wheel : {x + width / 16, x + width - width / 16 - width / 6})
        fill(picture, wheel, y + height * 4 / 5, width / 6, height / 5, lit({18, 18, 18}));
}

void Scene::draw_lamps(Picture& picture, const Car& car) const {
    auto [x, y, width, height] = car.box;
    Color color = car.oncoming ? Color{255, 246, 214} : Color{220, 22, 14};
    double lamp_y = y + height * 0.55;
    for (double lamp_x : {x + width * 0.14, x + width * 0.86}) {
        double radius = std::max(1.5, width * 0.07);
        fill(picture, static_cast<int>(lamp_x - radius), static_cast<int>(lamp_y - radius * 0.7),
             static_cast<int>(2 * radius), static_cast<int>(1.4 * radius), color);
        if (options_.night > 0.3)
            glow(picture, lamp_x, lamp_y, width * (car.oncoming ? 0.5 : 0.25) + 3, color, 0.9);
    }
}

void Scene::draw_clock(Picture& picture, const std::string& text) const {
    int dot = std::max(1, options_.size.height / 240);
    int margin = 4 * dot, left = 2 * margin, top = 2 * margin;
    fill(picture, left - margin, top - margin, static_cast<int>(text.size()) * 6 * dot + 2 * margin,
         7 * dot + 2 * margin, {0, 0, 0});
    for (std::size_t i = 0; i < text.size(); ++i)
        for (const Glyph& glyph : glyphs) {
            if (glyph.character != text[i])
                continue;
            for (int row = 0; row < 7; ++row)
                for (int column = 0; column < 5; ++column)
                    if (glyph.rows[static_cast<std::size_t>(row)] >> (4 - column) & 1)
                        fill(picture, left + (static_cast<int>(i) * 6 + column) * dot,
                             top + row * dot, dot, dot, {255, 255, 255});
        }
}

void Scene::add_noise(Picture& picture, Instant instant) const {
    if (options_.noise <= 0)
        return;
    // The sum of four bytes is near enough to a normal distribution; its deviation is 147.8.
    auto scale = static_cast<int>(std::lround(options_.noise / 147.8 * 65536));
    std::uint64_t state =
        mixed(options_.seed ^ static_cast<std::uint64_t>(instant.time_since_epoch().count()));
    for (std::size_t i = 0; i < picture.pixels.size(); i += 2) {
        // xorshift64 (Marsaglia 2003): eight bytes, for two values.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        for (std::size_t k = 0; k < 2 && i + k < picture.pixels.size(); ++k) {
            auto four = static_cast<std::uint32_t>(state >> (32 * k));
            int sum = static_cast<int>((four & 255) + (four >> 8 & 255) + (four >> 16 & 255) +
                                       (four >> 24)) -
                      510;
            int value = picture.pixels[i + k] + ((sum * scale + 32768) >> 16);
            picture.pixels[i + k] = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
        }
    }
}

Picture Scene::draw(Instant instant, const std::string& clock) const {
    Picture picture = still_;
    for (const Car& car : cars_at(instant)) {
        draw_car(picture, car);
        draw_lamps(picture, car);
    }
    add_noise(picture, instant);
    // The camera's processor writes its clock after the sensor, so without noise.
    draw_clock(picture, clock);
    return picture;
}

SceneTruth Scene::truth(Instant instant) const {
    auto [width, height] = options_.size;
    SceneTruth truth{};
    truth.road = {{{0.5 - far_half_width, horizon_y},
                   {0.5 + far_half_width, horizon_y},
                   {0.5 + near_half_width, 1.0},
                   {0.5 - near_half_width, 1.0}}};
    for (const Car& car : cars_at(instant))
        truth.cars.push_back(car.box);
    std::size_t road = 0, covered = 0;
    for (int y = horizon(); y < height; ++y)
        for (int x = 0; x < width; ++x) {
            bool hidden =
                std::any_of(truth.cars.begin(), truth.cars.end(), [&](const SceneCar& car) {
                    return x >= car.x && x < car.x + car.width && y >= car.y &&
                           y < car.y + car.height;
                });
            if (hidden || !on_road(x, y))
                continue;
            ++road;
            covered += snowed_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                               static_cast<std::size_t>(x)];
        }
    truth.snow = road ? static_cast<double>(covered) / static_cast<double>(road) : 0;
    return truth;
}

} // namespace img
