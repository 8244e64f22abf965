// Colour difference as it is seen from some way off: S-CIELAB with CIEDE2000.
#include "picture_score.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace img {
namespace {

Matrix product(const Matrix& left, const Matrix& right) {
    Matrix out{};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            for (std::size_t k = 0; k < 3; ++k) {
                out[i][j] += left[i][k] * right[k][j];
            }
        }
    }
    return out;
}

Matrix inverse(const Matrix& m) {
    const auto minor = [&](std::size_t i, std::size_t j) {
        return m[(i + 1) % 3][(j + 1) % 3] * m[(i + 2) % 3][(j + 2) % 3] -
               m[(i + 1) % 3][(j + 2) % 3] * m[(i + 2) % 3][(j + 1) % 3];
    };
    const float determinant = m[0][0] * minor(0, 0) + m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2);
    Matrix out{};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            out[j][i] = minor(i, j) / determinant;
        }
    }
    return out;
}

/// Bilinear, pixel centres aligned as OpenCV does.
void add_enlarged(Plane& out, const Plane& plane, float weight) {
    struct Place {
        int first, second;
        float part;
    };
    const auto place = [](int at, int from, int to) {
        const double place =
            std::clamp((at + 0.5) * from / to - 0.5, 0.0, static_cast<double>(from - 1));
        const int first = static_cast<int>(place);
        return Place{first, std::min(first + 1, from - 1), static_cast<float>(place - first)};
    };
    std::vector<Place> across;
    for (int x = 0; x < out.width; ++x) {
        across.push_back(place(x, plane.width, out.width));
    }
    std::vector<float> row(static_cast<std::size_t>(plane.width));
    for (int y = 0; y < out.height; ++y) {
        const Place down = place(y, plane.height, out.height);
        for (int x = 0; x < plane.width; ++x) {
            row[static_cast<std::size_t>(x)] =
                plane.row(down.first)[x] * (1 - down.part) + plane.row(down.second)[x] * down.part;
        }
        for (int x = 0; x < out.width; ++x) {
            const Place& at = across[static_cast<std::size_t>(x)];
            out.row(y)[x] += weight * (row[static_cast<std::size_t>(at.first)] * (1 - at.part) +
                                       row[static_cast<std::size_t>(at.second)] * at.part);
        }
    }
}

/// One Gaussian of a channel's contrast sensitivity.
struct Spread {
    float weight;
    double degrees;
};

Plane seen(const Plane& channel, const std::vector<Spread>& spreads) {
    constexpr double pixels_per_degree = 40;
    constexpr int coarse = 8; // wide blurs are made of a picture this much smaller
    float sum = 0;
    for (const Spread& spread : spreads) {
        sum += spread.weight;
    }
    Plane out(channel.width, channel.height);
    for (const Spread& spread : spreads) {
        const double sigma = spread.degrees * pixels_per_degree / std::numbers::sqrt2;
        const float weight = spread.weight / sum;
        if (sigma > 8) {
            const Plane small = shrunk(channel, std::max(1, channel.width / coarse),
                                       std::max(1, channel.height / coarse));
            add_enlarged(out, blurred(small, gaussian(sigma / coarse), Border::mirror_at), weight);
        } else {
            const Plane smooth = blurred(channel, gaussian(sigma), Border::mirror_at);
            for (std::size_t i = 0; i < out.samples.size(); ++i) {
                out.samples[i] += weight * smooth.samples[i];
            }
        }
    }
    return out;
}

/// CIELAB of what is seen from 40 pixels a degree (Zhang and Wandell 1996).
Planes seen_lab(const Picture& picture) {
    constexpr Matrix xyz_of_rgb = {{{0.4124564F, 0.3575761F, 0.1804375F},
                                    {0.2126729F, 0.7151522F, 0.0721750F},
                                    {0.0193339F, 0.1191920F, 0.9503041F}}};
    constexpr Matrix opponent_of_xyz = {
        {{0.279F, 0.72F, -0.107F}, {-0.449F, 0.29F, -0.077F}, {0.086F, -0.59F, 0.501F}}};
    static const std::array<std::vector<Spread>, 3> sensitivity = {
        {{{0.921F, 0.0283}, {0.105F, 0.133}, {-0.108F, 4.336}},
         {{0.531F, 0.0392}, {0.330F, 0.494}},
         {{0.488F, 0.0536}, {0.371F, 0.386}}}};
    Planes planes = linear_light(picture);
    transform(planes, product(opponent_of_xyz, xyz_of_rgb));
    for (std::size_t c = 0; c < 3; ++c) {
        planes[c] = seen(planes[c], sensitivity[c]);
    }
    transform(planes, inverse(opponent_of_xyz));
    const auto response = [](float value) {
        const float positive = std::max(value, 0.0F);
        return positive > 0.008856F ? cube_root(positive) : 7.787F * positive + 16.0F / 116;
    };
    for (std::size_t i = 0; i < planes[0].samples.size(); ++i) {
        const float x = response(planes[0].samples[i] / 0.95047F);
        const float y = response(planes[1].samples[i]);
        const float z = response(planes[2].samples[i] / 1.08883F);
        planes[0].samples[i] = 116 * y - 16;
        planes[1].samples[i] = 500 * (x - y);
        planes[2].samples[i] = 200 * (y - z);
    }
    return planes;
}

struct Lab {
    float l, a, b;
};

float seventh_power_share(float chroma) {
    const float cube = chroma * chroma * chroma;
    const float power = cube * cube * chroma;
    return std::sqrt(power / (power + 6103515625.0F));
}

/// Sharma 2005.
float ciede2000(const Lab& one, const Lab& other) {
    constexpr float degree = std::numbers::pi_v<float> / 180;
    constexpr float turn = 2 * std::numbers::pi_v<float>;
    const float rough = (std::sqrt(one.a * one.a + one.b * one.b) +
                         std::sqrt(other.a * other.a + other.b * other.b)) /
                        2;
    const float stretch = 1 + 0.5F * (1 - seventh_power_share(rough));
    const float a1 = one.a * stretch;
    const float a2 = other.a * stretch;
    const float c1 = std::sqrt(a1 * a1 + one.b * one.b);
    const float c2 = std::sqrt(a2 * a2 + other.b * other.b);
    const auto hue = [](float b, float a) {
        const float angle = std::atan2(b, a);
        return angle < 0 ? angle + turn : angle;
    };
    const float h1 = hue(one.b, a1);
    const float h2 = hue(other.b, a2);
    const bool grey = c1 * c2 == 0;
    float dh = h2 - h1;
    float hm = (h1 + h2) / 2;
    if (std::abs(dh) > turn / 2) {
        dh += dh > 0 ? -turn : turn;
        hm += h1 + h2 < turn ? turn / 2 : -turn / 2;
    }
    if (grey) {
        dh = 0;
        hm = h1 + h2;
    }
    const float l = (one.l + other.l) / 2;
    const float c = (c1 + c2) / 2;
    const float t = 1 - 0.17F * std::cos(hm - 30 * degree) + 0.24F * std::cos(2 * hm) +
                    0.32F * std::cos(3 * hm + 6 * degree) - 0.20F * std::cos(4 * hm - 63 * degree);
    const float l50 = (l - 50) * (l - 50);
    const float dl = (other.l - one.l) / (1 + 0.015F * l50 / std::sqrt(20 + l50));
    const float dc = (c2 - c1) / (1 + 0.045F * c);
    const float dhue = 2 * std::sqrt(c1 * c2) * std::sin(dh / 2) / (1 + 0.015F * c * t);
    const float blue = (hm / degree - 275) / 25;
    const float rotation =
        -2 * seventh_power_share(c) * std::sin(60 * degree * std::exp(-blue * blue));
    return std::sqrt(std::max(dl * dl + dc * dc + dhue * dhue + rotation * dc * dhue, 0.0F));
}

} // namespace

double seen_colour_difference(const Picture& reference, const Picture& picture) {
    const Planes one = seen_lab(reference);
    const Planes other = seen_lab(picture);
    Plane difference(picture.width, picture.height);
    for (std::size_t i = 0; i < difference.samples.size(); ++i) {
        difference.samples[i] =
            ciede2000({one[0].samples[i], one[1].samples[i], one[2].samples[i]},
                      {other[0].samples[i], other[1].samples[i], other[2].samples[i]});
    }
    Sum sum;
    for (int y = 0; y < difference.height; ++y) {
        sum.add(difference.row(y), difference.width);
    }
    return sum.total() / static_cast<double>(difference.samples.size());
}

} // namespace img
