// SSIMULACRA 2.1, as libjxl of April 2023 defines it.
#include "picture_score.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace img {
namespace {

/// The impulse response of libjxl's recursive Gaussian (Charalampidis 2016) of sigma 1.5: a sum of
/// three cosines over five pixels each way, which is 0 at the fifth.
Kernel recursive_gaussian() {
    constexpr double sigma = 1.5;
    const double radius = std::round(3.2795 * sigma + 0.2546);
    std::array<double, 3> omega{};
    std::array<double, 3> p{};
    std::array<double, 3> r{};
    std::array<double, 3> rho{};
    for (std::size_t i = 0; i < 3; ++i) {
        const double sign = i == 1 ? -1 : 1;
        omega[i] = std::numbers::pi * static_cast<double>(2 * i + 1) / (2 * radius);
        p[i] = sign / std::tan(omega[i] / 2);
        r[i] = sign * p[i] * p[i] / std::sin(omega[i]);
        rho[i] = std::exp(-0.5 * sigma * sigma * omega[i] * omega[i]) / radius;
    }
    const double d13 = p[0] * r[1] - r[0] * p[1];
    const double zeta15 = (p[1] * r[2] - r[1] * p[2]) / d13;
    const double zeta35 = (p[2] * r[0] - r[2] * p[0]) / d13;
    // Solves for the weight of each cosine: sum 1, the right variance, nearest to a Gaussian.
    const std::array<double, 3> right = {1, radius * radius - sigma * sigma,
                                         zeta15 * rho[0] + zeta35 * rho[1] + rho[2]};
    std::array<std::array<double, 4>, 3> rows = {{{p[0], p[1], p[2], right[0]},
                                                  {r[0], r[1], r[2], right[1]},
                                                  {zeta15, zeta35, 1, right[2]}}};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            const double factor = j == i ? 0 : rows[j][i] / rows[i][i];
            for (std::size_t k = 0; k < 4; ++k) {
                rows[j][k] -= factor * rows[i][k];
            }
        }
    }
    std::vector<double> weights(static_cast<std::size_t>(radius));
    for (std::size_t i = 0; i < 3; ++i) {
        const double beta = rows[i][3] / rows[i][i];
        const double drive = -beta * std::cos(omega[i] * (radius + 1));
        // Each resonator's answer to one impulse, from radius - 1 pixels before it to the centre.
        double before = 0;
        double answer = drive;
        for (std::size_t n = weights.size(); n-- > 0;) {
            weights[n] += answer;
            const double next = 2 * std::cos(omega[i]) * answer - before;
            before = answer;
            answer = next;
        }
    }
    return Kernel(weights.begin(), weights.end());
}

/// What SSIMULACRA2 compares: X, Y and B moved to positive numbers.
Planes positive_xyb(const Planes& linear) {
    constexpr float bias = 0.0037930732552754493F;
    constexpr float blue_m = 0.20476744424496821F;
    constexpr Matrix absorbance = {{{0.30F, 0.622F, 0.078F},
                                    {0.23F, 0.692F, 0.078F},
                                    {0.24342268924547819F, blue_m, 0.55180986650955360F}}};
    const float root_bias = std::cbrt(bias);
    Planes planes = linear;
    transform(planes, absorbance);
    const auto response = [&](float v) { return cube_root(std::max(v + bias, 0.0F)) - root_bias; };
    float* a = planes[0].samples.data();
    float* b = planes[1].samples.data();
    float* c = planes[2].samples.data();
    for (std::size_t i = 0; i < planes[0].samples.size(); ++i) {
        const float l = response(a[i]);
        const float m = response(b[i]);
        const float s = response(c[i]);
        const float y = (l + m) / 2;
        a[i] = (l - m) / 2 * 14 + 0.42F;
        b[i] = y + 0.01F;
        c[i] = s - y + 0.55F;
    }
    return planes;
}

/// Mean and 4-norm of a map that is handed in by rows.
class Norms {
public:
    void add(const std::vector<float>& row) {
        fourth_.resize(row.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            const float square = row[i] * row[i];
            fourth_[i] = square * square;
        }
        sum_.add(row.data(), static_cast<int>(row.size()));
        fourth_sum_.add(fourth_.data(), static_cast<int>(row.size()));
        count_ += static_cast<double>(row.size());
    }
    std::array<double, 2> values() const {
        return {sum_.total() / count_, std::pow(fourth_sum_.total() / count_, 0.25)};
    }

private:
    std::vector<float> fourth_;
    Sum sum_;
    Sum fourth_sum_;
    double count_ = 0;
};

/// Of one channel and scale: [norm][structure, artifact, lost detail].
using Errors = std::array<std::array<double, 3>, 2>;

Errors errors(const Plane& one, const Plane& other) {
    static const Kernel kernel = recursive_gaussian();
    const auto smooth = [](const Plane& plane) { return blurred(plane, kernel, Border::zero); };
    const Plane mean_1 = smooth(one);
    const Plane mean_2 = smooth(other);
    const Plane square_1 = smooth(product(one, one));
    const Plane square_2 = smooth(product(other, other));
    const Plane both = smooth(product(one, other));
    std::array<Norms, 3> norms;
    std::array<std::vector<float>, 3> rows;
    rows.fill(std::vector<float>(static_cast<std::size_t>(one.width)));
    for (int y = 0; y < one.height; ++y) {
        const float* x1 = one.row(y);
        const float* x2 = other.row(y);
        const float* m1 = mean_1.row(y);
        const float* m2 = mean_2.row(y);
        const float* s11 = square_1.row(y);
        const float* s22 = square_2.row(y);
        const float* s12 = both.row(y);
        for (std::size_t x = 0; x < rows[0].size(); ++x) {
            const float mean = 1 - (m1[x] - m2[x]) * (m1[x] - m2[x]);
            const float shared = 2 * (s12[x] - m1[x] * m2[x]) + 0.0009F;
            const float own = (s11[x] - m1[x] * m1[x]) + (s22[x] - m2[x] * m2[x]) + 0.0009F;
            rows[0][x] = std::max(1 - mean * shared / own, 0.0F);
            const float edge = (1 + std::abs(x2[x] - m2[x])) / (1 + std::abs(x1[x] - m1[x])) - 1;
            rows[1][x] = std::max(edge, 0.0F);
            rows[2][x] = std::max(-edge, 0.0F);
        }
        for (std::size_t map = 0; map < 3; ++map) {
            norms[map].add(rows[map]);
        }
    }
    Errors out{};
    for (std::size_t map = 0; map < 3; ++map) {
        const std::array<double, 2> values = norms[map].values();
        out[0][map] = values[0];
        out[1][map] = values[1];
    }
    return out;
}

/// As libjxl halves: the mean of 2x2, the last column and row stand for those beyond an odd edge.
Plane halved(const Plane& plane) {
    Plane out((plane.width + 1) / 2, (plane.height + 1) / 2);
    for (int y = 0; y < out.height; ++y) {
        const float* upper = plane.row(2 * y);
        const float* lower = plane.row(std::min(2 * y + 1, plane.height - 1));
        for (int x = 0; x < out.width; ++x) {
            const int right = std::min(2 * x + 1, plane.width - 1);
            out.row(y)[x] = (upper[2 * x] + upper[right] + lower[2 * x] + lower[right]) / 4;
        }
    }
    return out;
}

/// By channel, scale and norm: structure, artifact, lost detail (libjxl, April 2023).
constexpr std::array<double, 108> weights = {
    0.0,
    0.0007376606707406586,
    0.0,
    0.0,
    0.0007793481682867309,
    0.0,
    0.0,
    0.0004371155730107379,
    0.0,
    1.1041726426657346,
    0.00066284834129271,
    0.00015231632783718752,
    0.0,
    0.0016406437456599754,
    0.0,
    1.8422455520539298,
    11.441172603757666,
    0.0,
    0.0007989109436015163,
    0.000176816438078653,
    0.0,
    1.8787594979546387,
    10.94906990605142,
    0.0,
    0.0007289346991508072,
    0.9677937080626833,
    0.0,
    0.00014003424285435884,
    0.9981766977854967,
    0.00031949755934435053,
    0.0004550992113792063,
    0.0,
    0.0,
    0.0013648766163243398,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    7.466890328078848,
    0.0,
    17.445833984131262,
    0.0006235601634041466,
    0.0,
    0.0,
    6.683678146179332,
    0.00037724407979611296,
    1.027889937768264,
    225.20515300849274,
    0.0,
    0.0,
    19.213238186143016,
    0.0011401524586618361,
    0.001237755635509985,
    176.39317598450694,
    0.0,
    0.0,
    24.43300999870476,
    0.28520802612117757,
    0.0004485436923833408,
    0.0,
    0.0,
    0.0,
    34.77906344483772,
    44.835625328877896,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0008680556573291698,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0005313191874358747,
    0.0,
    0.00016533814161379112,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0004179171803251336,
    0.0017290828234722833,
    0.0,
    0.0020827005846636437,
    0.0,
    0.0,
    8.826982764996862,
    23.19243343998926,
    0.0,
    95.1080498811086,
    0.9863978034400682,
    0.9834382792465353,
    0.0012286405048278493,
    171.2667255897307,
    0.9807858872435379,
    0.0,
    0.0,
    0.0,
    0.0005130064588990679,
    0.0,
    0.00010854057858411537,
};

} // namespace

double ssimulacra2(const Picture& reference, const Picture& picture) {
    constexpr std::size_t scales = 6;
    Planes one = linear_light(reference);
    Planes other = linear_light(picture);
    std::array<std::vector<Errors>, 3> found;
    for (std::size_t scale = 0; scale < scales && one[0].width >= 8 && one[0].height >= 8;
         ++scale) {
        if (scale > 0) {
            std::transform(one.begin(), one.end(), one.begin(), halved);
            std::transform(other.begin(), other.end(), other.begin(), halved);
        }
        const Planes xyb_1 = positive_xyb(one);
        const Planes xyb_2 = positive_xyb(other);
        for (std::size_t c = 0; c < 3; ++c) {
            found[c].push_back(errors(xyb_1[c], xyb_2[c]));
        }
    }
    double sum = 0;
    std::size_t next = 0;
    for (const auto& channel : found) {
        for (const auto& scale : channel) {
            for (const auto& norm : scale) {
                for (double error : norm) {
                    sum += weights[next++] * error;
                }
            }
        }
    }
    const double s = sum * 0.9562382616834844;
    const double curve =
        2.326765642916932 * s - 0.020884521182843837 * s * s + 6.248496625763138e-05 * s * s * s;
    return curve > 0 ? 100 - 10 * std::pow(curve, 0.6276336467831387) : 100;
}

} // namespace img
