// Draws winter on pictures of bare roads: snow of any pattern, other light, haze, wetness.

#include "winter.hpp"

#include "foreign/libjpeg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace img {

namespace {

struct Rgb {
    float r = 0, g = 0, b = 0;
};
Rgb operator*(Rgb a, float s) {
    return {a.r * s, a.g * s, a.b * s};
}
Rgb operator*(Rgb a, Rgb s) {
    return {a.r * s.r, a.g * s.g, a.b * s.b};
}
Rgb operator+(Rgb a, Rgb b) {
    return {a.r + b.r, a.g + b.g, a.b + b.b};
}
Rgb mixed(Rgb a, Rgb b, float share) {
    return a * (1 - share) + b * share;
}
float light_of_rgb(Rgb a) {
    return .299F * a.r + .587F * a.g + .114F * a.b;
}

/// Linear light, 1 is the sensor's white.
struct Scenery {
    Size size;
    std::vector<Rgb> at;
    std::size_t index(int x, int y) const { return static_cast<std::size_t>(y * size.width + x); }
};

Scenery scenery_of(const Sight& sight) {
    Scenery scenery{sight.planes.size, {}};
    auto linear = [](double coded) {
        return static_cast<float>(std::pow(std::clamp(coded, 0., 255.) / 255, 2.2));
    };
    for (std::size_t i = 0; i < sight.planes.channel[0].size(); ++i) {
        const double y = sight.planes.channel[0][i], u = sight.planes.channel[1][i] - 128,
                     v = sight.planes.channel[2][i] - 128;
        scenery.at.push_back(
            {linear(y + 1.402 * v), linear(y - .344 * u - .714 * v), linear(y + 1.772 * u)});
    }
    return scenery;
}

/// Through a camera: tone curve, noise, compression.
Sight photographed(const Scenery& scenery, Size full, Chance& chance) {
    const double curve = chance.between(.85, 1.15) / 2.2, noise = chance.between(0, 4);
    const int quality = static_cast<int>(chance.between(35, 92));
    Picture picture{scenery.size, ColorSpace::rgb};
    std::size_t at = 0;
    for (Rgb pixel : scenery.at)
        for (float channel : {pixel.r, pixel.g, pixel.b}) {
            const double coded = 255 * std::pow(std::clamp(double{channel}, 0., 1.), curve) +
                                 noise * chance.normal();
            picture.pixels[at++] =
                static_cast<std::uint8_t>(std::lround(std::clamp(coded, 0., 255.)));
        }
    Sight sight = sight_of({encode_jpeg(picture, quality)}, 1);
    sight.full = full;
    return sight;
}

/// Smooth noise in two dimensions, about -1 to 1, with features of about one unit.
class Noise {
public:
    explicit Noise(Chance& chance) : seed_(chance.bits()) {}
    double at(double x, double y) const {
        double sum = 0, weight = 1;
        for (int octave = 0; octave < 4; ++octave, weight *= .55, x = x * 2 + 17, y = y * 2 + 31)
            sum += weight * smooth(x, y);
        return sum;
    }

private:
    double corner(std::int64_t x, std::int64_t y) const {
        Chance chance{seed_ ^ static_cast<std::uint64_t>(x * 0x1F123BB5) ^
                      static_cast<std::uint64_t>(y * 0x5F356495) << 20};
        chance.bits();
        return chance.between(-1, 1);
    }
    double smooth(double x, double y) const {
        const double left = std::floor(x), top = std::floor(y);
        auto ease = [](double t) { return t * t * (3 - 2 * t); };
        const double u = ease(x - left), v = ease(y - top);
        const auto i = static_cast<std::int64_t>(left), j = static_cast<std::int64_t>(top);
        return (corner(i, j) * (1 - u) + corner(i + 1, j) * u) * (1 - v) +
               (corner(i, j + 1) * (1 - u) + corner(i + 1, j + 1) * u) * v;
    }
    std::uint64_t seed_;
};

/// Where in each row the road begins and ends.
struct Ground {
    std::vector<std::pair<int, int>> rows; ///< empty rows: first > second
    int horizon = 0;

    Ground(const Bitmap& road) {
        horizon = road.size.height;
        for (int y = 0; y < road.size.height; ++y) {
            int first = road.size.width, last = -1;
            for (int x = 0; x < road.size.width; ++x)
                if (road.row(y)[x]) {
                    first = std::min(first, x);
                    last = x;
                }
            rows.emplace_back(first, last);
            if (first <= last)
                horizon = std::min(horizon, y);
        }
        horizon = std::max(0, horizon - 4);
    }
    /// Across the road, 0 to 1 on it.
    double across(int x, int y) const {
        const auto [first, last] = rows[static_cast<std::size_t>(y)];
        return first > last ? .5 : (x - first + .5) / (last - first + 1);
    }
    /// Along the road, in units of about a lane's width, by flat ground's perspective.
    double along(int y) const { return 60. / (y - horizon + 6); }
};

double smooth_step(double x) {
    x = std::clamp(x, 0., 1.);
    return x * x * (3 - 2 * x);
}

double quantile(std::vector<float> values, double share) {
    if (values.empty())
        return 0;
    auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return double{values[static_cast<std::size_t>(at)]};
}

double white_of(const Scenery& scenery) {
    std::vector<float> lights;
    for (Rgb pixel : scenery.at)
        lights.push_back(light_of_rgb(pixel));
    return std::max(.05, quantile(std::move(lights), .97));
}

/// Less colour, and what is green turns brown.
void fade(Scenery& scenery, Chance& chance) {
    const auto left = static_cast<float>(chance.between(.1, .8));
    const Rgb brown{1, static_cast<float>(chance.between(.88, 1)),
                    static_cast<float>(chance.between(.7, 1))};
    for (Rgb& pixel : scenery.at) {
        const float light = light_of_rgb(pixel);
        pixel = mixed(brown * light, pixel, left);
    }
}

void haze(Scenery& scenery, int horizon, Chance& chance) {
    const double density = chance.between(.02, .5) * chance.unit();
    const auto air = static_cast<float>(white_of(scenery) * chance.between(.5, 1));
    for (int y = 0; y < scenery.size.height; ++y) {
        const double distance = y <= horizon ? 6 : std::min(6., 25. / (y - horizon));
        const auto clear = static_cast<float>(std::exp(-density * distance));
        for (int x = 0; x < scenery.size.width; ++x) {
            Rgb& pixel = scenery.at[scenery.index(x, y)];
            pixel = mixed({air, air, air}, pixel, clear);
        }
    }
}

void flakes(Scenery& scenery, Chance& chance) {
    const auto white = static_cast<float>(white_of(scenery));
    const int many = static_cast<int>(chance.between(50, 900));
    for (int i = 0; i < many; ++i) {
        const int x = static_cast<int>(chance.unit() * scenery.size.width);
        const int y = static_cast<int>(chance.unit() * scenery.size.height);
        const int length = static_cast<int>(chance.between(1, 4));
        for (int k = 0; k < length && y + k < scenery.size.height; ++k) {
            Rgb& pixel = scenery.at[scenery.index(x, y + k)];
            pixel = mixed(pixel, {white, white, white}, .5F);
        }
    }
}

void tint(Scenery& scenery, Chance& chance) {
    const double cold = chance.with(.15) ? chance.between(.1, .35) : .06 * chance.normal();
    const double green = .03 * chance.normal();
    const Rgb by{static_cast<float>(1 - cold), static_cast<float>(1 + green),
                 static_cast<float>(1 + cold)};
    for (Rgb& pixel : scenery.at)
        pixel = pixel * by;
}

/// What automatic exposure does, and how it fails.
void expose(Scenery& scenery, Chance& chance) {
    double mean = 0;
    for (Rgb pixel : scenery.at)
        mean += std::pow(double{light_of_rgb(pixel)}, 1 / 2.2);
    mean = std::max(mean / static_cast<double>(scenery.at.size()), .01);
    const double wanted = chance.with(.15) ? chance.between(.25, .4) : chance.between(.38, .68);
    const auto gain = static_cast<float>(std::pow(wanted / mean, 2.2));
    for (Rgb& pixel : scenery.at)
        pixel = pixel * gain;
}

/// A part of the picture in the shade of something.
void shade(Scenery& scenery, Chance& chance) {
    const double angle = chance.between(0, 6.283), deep = chance.between(.15, .6);
    const double at = chance.between(-.4, .4), soft = chance.between(.01, .08);
    for (int y = 0; y < scenery.size.height; ++y)
        for (int x = 0; x < scenery.size.width; ++x) {
            const double side = (double(x) / scenery.size.width - .5) * std::cos(angle) +
                                (double(y) / scenery.size.height - .5) * std::sin(angle);
            const double light = 1 - (1 - deep) * smooth_step((side - at) / soft);
            Rgb& pixel = scenery.at[scenery.index(x, y)];
            const auto cold = static_cast<float>((1 - light) * .15);
            pixel = pixel * Rgb{static_cast<float>(light) * (1 - cold), static_cast<float>(light),
                                static_cast<float>(light) * (1 + cold)};
        }
}

/// Low sun: all that is on the ground is in shade, the sky is not.
void shade_ground(Scenery& scenery, int horizon, Chance& chance) {
    const auto deep = static_cast<float>(chance.between(.15, .6));
    const Rgb by{deep * .95F, deep, deep * 1.08F};
    for (int y = horizon; y < scenery.size.height; ++y)
        for (int x = 0; x < scenery.size.width; ++x)
            scenery.at[scenery.index(x, y)] = scenery.at[scenery.index(x, y)] * by;
}

/// Water darkens a road, salt and age bleach it by up to `palest`.
void wet_or_pale(Scenery& scenery, const Bitmap& road, double palest, Chance& chance) {
    const double by = chance.with(.5) ? chance.between(.3, .9) : chance.between(1, palest);
    const Noise noise{chance};
    const double uneven = by < 1 ? .5 : .1;
    for (int y = 0; y < scenery.size.height; ++y)
        for (int x = 0; x < scenery.size.width; ++x)
            if (road.row(y)[x]) {
                Rgb& pixel = scenery.at[scenery.index(x, y)];
                const double here = by * std::exp2(uneven * noise.at(x / 25., y / 60.));
                pixel = pixel * static_cast<float>(here);
            }
}

/// How much of each sample's ground is snow, 0 to 1.
struct Cover {
    std::vector<float> road, beside;
    std::vector<float> track; ///< how much it is driven on, 0 to 1
    double covered = 0;
};

Cover cover_for(const Scenery& scenery, const Bitmap& road, const Ground& ground, double covered,
                Chance& chance) {
    const std::size_t samples = scenery.at.size();
    Cover cover{std::vector<float>(samples), std::vector<float>(samples),
                std::vector<float>(samples), 0};
    const Noise patches{chance}, streaks{chance}, wander{chance}, fields{chance};
    const int lanes = 1 + static_cast<int>(chance.between(1, 5));
    const double by_track = chance.with(.7) ? chance.between(.4, 2) : chance.between(0, .3);
    const double by_edge = chance.with(.6) ? chance.between(0, 1.2) : 0;
    const double by_patch = chance.between(.1, .8), by_streak = chance.between(.1, .8);
    const double wide = chance.between(.12, .3);
    std::vector<float> height(samples);
    std::vector<float> on_road;
    for (int y = ground.horizon; y < scenery.size.height; ++y)
        for (int x = 0; x < scenery.size.width; ++x) {
            const std::size_t i = scenery.index(x, y);
            if (!road.inside[i])
                continue;
            const double u = ground.across(x, y), v = ground.along(y);
            const double lane = u * lanes + .08 * wander.at(v * .5, 3);
            const double in_lane = lane - std::floor(lane);
            const double off_track = std::min(std::abs(in_lane - .27), std::abs(in_lane - .73));
            const double track = 1 - smooth_step(off_track / wide);
            cover.track[i] = static_cast<float>(track);
            const double edge = std::abs(u - .5) * 2;
            height[i] = static_cast<float>(-by_track * track + by_edge * edge * edge +
                                           by_patch * patches.at(u * lanes * 1.5, v * 2) +
                                           by_streak * streaks.at(u * lanes * 5, v * .7));
            on_road.push_back(height[i]);
        }
    const double level = quantile(on_road, 1 - covered), soft = chance.between(.03, .3);
    std::size_t all = 0, under = 0;
    for (std::size_t i = 0; i < samples; ++i) {
        if (!road.inside[i])
            continue;
        cover.road[i] = covered <= 0 ? 0
                        : covered >= 1
                            ? 1
                            : static_cast<float>(smooth_step((height[i] - level) / soft + .5));
        ++all;
        under += cover.road[i] > .7F;
    }
    cover.covered = all ? static_cast<double>(under) / static_cast<double>(all) : 0;

    const double beside = chance.with(.8) ? chance.between(.75, 1.2) : chance.between(.2, .8);
    std::vector<float> lights;
    for (Rgb pixel : scenery.at)
        lights.push_back(light_of_rgb(pixel));
    const double dark = quantile(lights, .3), hold = chance.between(0, 1);
    for (int y = ground.horizon; y < scenery.size.height; ++y)
        for (int x = 0; x < scenery.size.width; ++x) {
            const std::size_t i = scenery.index(x, y);
            if (road.inside[i])
                continue;
            const double field = .5 + .5 * fields.at(x / 30., y / 15.);
            double snow = smooth_step((field - (1 - beside)) / .15);
            if (double{lights[i]} < dark)
                snow *= hold;
            cover.beside[i] = static_cast<float>(snow);
        }
    return cover;
}

} // namespace

DrawnWinter snowed(const Sight& bare, const Bitmap& road, Chance& chance) {
    Scenery scenery = scenery_of(bare);
    const Ground ground{road};
    // Snow reflects four to eight times what asphalt does, and half of that when it is driven on.
    std::vector<float> surface;
    for (std::size_t i = 0; i < scenery.at.size(); ++i)
        if (road.inside[i])
            surface.push_back(light_of_rgb(scenery.at[i]));
    const double asphalt = std::max(quantile(std::move(surface), .5), .01);
    const double white = asphalt * chance.between(3.5, 9);
    double covered = 0; // a third stays bare between white verges
    const double kind = chance.unit();
    if (kind > .35)
        covered = kind < .43   ? chance.between(.005, .07)
                  : kind < .6  ? chance.between(.1, .3)
                  : kind < .78 ? chance.between(.3, .6)
                  : kind < .95 ? chance.between(.6, .97)
                               : 1;
    const Cover cover = cover_for(scenery, road, ground, covered, chance);
    fade(scenery, chance);
    if (chance.with(.6))
        wet_or_pale(scenery, road, 1.4, chance);

    const double packed = chance.with(.5) ? chance.between(.45, .75) : chance.between(.7, 1);
    const double brown = chance.between(0, .4) * chance.unit(), grain = chance.between(.02, .18);
    const double pressed = chance.between(0, .35), uneven = chance.between(.05, .3);
    const Noise rough{chance}, lit{chance}, lines{chance};
    for (int y = 0; y < scenery.size.height; ++y)
        for (int x = 0; x < scenery.size.width; ++x) {
            const std::size_t i = scenery.index(x, y);
            const double light = white * std::exp2(.4 * lit.at(x / 150., y / 150.));
            const bool here = road.inside[i] != 0;
            const float share = here ? cover.road[i] : cover.beside[i];
            if (share <= 0)
                continue;
            double albedo = here ? packed * (1 - pressed * double{cover.track[i]}) : 1.;
            albedo *= 1 + grain * rough.at(x / 2., y / 2.) * (here ? 1 : .7);
            if (here)
                albedo *= std::exp2(uneven * lines.at(ground.across(x, y) * 20, ground.along(y)));
            const double dirt = here ? brown : 0;
            const auto level = static_cast<float>(light * std::max(albedo, .03));
            const Rgb snow{level, level * static_cast<float>(1 - dirt * .5),
                           level * static_cast<float>(1 - dirt)};
            scenery.at[i] = mixed(scenery.at[i], snow, share);
        }
    if (chance.with(.25))
        shade(scenery, chance);
    if (chance.with(.2))
        shade_ground(scenery, ground.horizon, chance);
    if (chance.with(.45))
        haze(scenery, ground.horizon, chance);
    if (chance.with(.2))
        flakes(scenery, chance);
    tint(scenery, chance);
    expose(scenery, chance);
    return {photographed(scenery, bare.full, chance), cover.covered};
}

Sight relit(const Sight& sight, const Bitmap& road, Surface surface, Chance& chance) {
    Scenery scenery = scenery_of(sight);
    if (surface == Surface::bare) {
        if (chance.with(.45))
            fade(scenery, chance);
        if (chance.with(.4))
            wet_or_pale(scenery, road, 2.6, chance);
    }
    const int horizon = Ground{road}.horizon;
    if (chance.with(.2))
        shade(scenery, chance);
    if (chance.with(.15))
        shade_ground(scenery, horizon, chance);
    if (chance.with(surface == Surface::bare ? .4 : .3))
        haze(scenery, horizon, chance);
    tint(scenery, chance);
    if (chance.with(.7))
        expose(scenery, chance);
    else {
        const auto gain = static_cast<float>(std::exp2(chance.between(-1.5, 1.2)));
        for (Rgb& pixel : scenery.at)
            pixel = pixel * gain;
    }
    return photographed(scenery, sight.full, chance);
}

Sight brightened(const Sight& sight, double gain) {
    Picture picture{sight.planes.size, ColorSpace::rgb};
    std::size_t at = 0;
    for (std::size_t i = 0; i < sight.planes.channel[0].size(); ++i) {
        const double y = sight.planes.channel[0][i], u = sight.planes.channel[1][i] - 128,
                     v = sight.planes.channel[2][i] - 128;
        for (double channel : {y + 1.402 * v, y - .344 * u - .714 * v, y + 1.772 * u})
            picture.pixels[at++] =
                static_cast<std::uint8_t>(std::lround(std::clamp(channel * gain, 0., 255.)));
    }
    Sight out = sight_of({encode_jpeg(picture, 92)}, 1);
    out.full = sight.full;
    return out;
}

Sight by_night(const Sight& sight, const Bitmap& road, Chance& chance) {
    Scenery scenery = scenery_of(sight);
    const Size size = scenery.size;
    const int horizon = Ground{road}.horizon;
    const Rgb sodium{1, .62F, .25F}, led{1, 1, .95F};
    const Rgb colour = mixed(sodium, led, static_cast<float>(chance.unit()));
    const double ambient = chance.between(.004, .05), sky = chance.between(.02, .5);
    std::vector<float> light(scenery.at.size(), static_cast<float>(ambient));
    std::vector<float> glow(scenery.at.size());
    auto pool = [&](std::vector<float>& to, double x, double y, double wide, double high,
                    double power) {
        for (int j = 0; j < size.height; ++j)
            for (int i = 0; i < size.width; ++i) {
                const double u = (i - x) / wide, v = (j - y) / high;
                to[scenery.index(i, j)] += static_cast<float>(power * std::exp(-(u * u + v * v)));
            }
    };
    const int lamps = static_cast<int>(chance.between(1, 7));
    for (int k = 0; k < lamps; ++k) {
        const double x = chance.between(0, size.width);
        const double y = chance.between(horizon, size.height), wide = chance.between(25, 130);
        pool(light, x, y, wide, wide * chance.between(.2, .6), chance.between(.1, .8));
        const double radius = chance.between(1, 5);
        pool(glow, x, y * chance.between(.1, .7), radius, radius, chance.between(.5, 3));
    }
    const int cars = static_cast<int>(chance.between(0, 6));
    for (int k = 0; k < cars; ++k) {
        const double radius = chance.between(.8, 4);
        pool(glow, chance.between(0, size.width), chance.between(horizon, size.height), radius,
             radius, chance.between(.5, 3));
    }
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const std::size_t i = scenery.index(x, y);
            const double here = y < horizon ? ambient * sky : double{light[i]};
            const auto shine = glow[i] * .5F;
            scenery.at[i] =
                scenery.at[i] * colour * static_cast<float>(here) + Rgb{shine, shine, shine * .9F};
        }
    expose(scenery, chance);
    if (chance.with(.6)) {
        const auto dim = static_cast<float>(chance.between(.1, .6));
        for (Rgb& pixel : scenery.at)
            pixel = pixel * dim;
    }
    return photographed(scenery, sight.full, chance);
}

} // namespace img
