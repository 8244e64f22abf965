// Right and wrong answers, by class.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <numeric>
#include <string>

namespace img {

/// Of the four classes of snow, by shares of the road: rows are what is true, columns what was
/// said.
class Confusion {
public:
    void add(double truth, double said) { add(class_of(truth), class_of(said)); }
    void add(std::size_t truth, std::size_t said) { ++counts_[truth][said]; }
    static std::size_t class_of(double share) {
        return share < .1 ? 0 : share < .3 ? 1 : share < .6 ? 2 : 3;
    }
    int all() const {
        int sum = 0;
        for (const auto& row : counts_)
            sum += std::accumulate(row.begin(), row.end(), 0);
        return sum;
    }
    /// Of what is truly clear, the share that was called snow.
    double false_snow() const {
        const int clear = std::accumulate(counts_[0].begin(), counts_[0].end(), 0);
        return 1 - static_cast<double>(counts_[0][0]) / std::max(1, clear);
    }
    /// The mean over the classes that occur of the share that is right.
    double balanced() const {
        double recalls = 0;
        int present = 0;
        for (std::size_t row = 0; row < counts_.size(); ++row) {
            const int sum = std::accumulate(counts_[row].begin(), counts_[row].end(), 0);
            recalls += sum ? static_cast<double>(counts_[row][row]) / sum : 0;
            present += sum > 0;
        }
        return recalls / std::max(1, present);
    }
    void print(const std::string& title) const {
        constexpr std::array<const char*, 4> names{"Clear", "Light", "Moderate", "Heavy"};
        std::printf("%s: n %d, balanced accuracy %.3f, clear called snow %.1f %%\n", title.c_str(),
                    all(), balanced(), 100 * false_snow());
        for (std::size_t row = 0; row < counts_.size(); ++row)
            std::printf("  %-9s %4d %4d %4d %4d\n", names[row], counts_[row][0], counts_[row][1],
                        counts_[row][2], counts_[row][3]);
    }

private:
    std::array<std::array<int, 4>, 4> counts_{};
};

} // namespace img
