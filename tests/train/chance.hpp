// Random numbers that are the same everywhere.
#pragma once

#include <cmath>
#include <cstdint>

namespace img {

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
class Chance {
public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}
    std::uint64_t bits() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
    /// 0 to 1, without 1.
    double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
    double between(double least, double most) { return least + (most - least) * unit(); }
    bool with(double probability) { return unit() < probability; }
    /// Of a normal distribution, by Box and Muller.
    double normal() {
        const double u = 1 - unit(), v = unit();
        return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
    }

private:
    std::uint64_t state_;
};

} // namespace img
