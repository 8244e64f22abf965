// Gradient boosting of small regression trees for an ordered quantity.

#include "boosting.hpp"

#include "chance.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace img {

namespace {

constexpr std::size_t bins = 64;

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

/// The bounds between bins of a feature, by its quantiles.
std::vector<float> bounds_of(std::vector<float> values) {
    std::sort(values.begin(), values.end());
    std::vector<float> bounds;
    for (std::size_t i = 1; i < bins; ++i) {
        float bound = values[i * values.size() / bins];
        if (bounds.empty() || bound > bounds.back())
            bounds.push_back(bound);
    }
    return bounds;
}

struct Slope {
    double first = 0, second = 0;
    void operator+=(const Slope& other) {
        first += other.first;
        second += other.second;
    }
    Slope operator-(const Slope& other) const {
        return {first - other.first, second - other.second};
    }
    double gain(double shrinking) const { return first * first / (second + shrinking); }
};

class Grower {
public:
    Grower(const std::vector<TrainingRow>& rows, const std::vector<double>& thresholds,
           const BoostingSettings& settings)
        : rows_(rows), thresholds_(thresholds), settings_(settings), chance_(settings.seed),
          scores_(rows.size()), slopes_(rows.size()) {
        const std::size_t features = rows[0].values.size();
        for (std::size_t f = 0; f < features; ++f) {
            std::vector<float> values;
            for (const TrainingRow& row : rows)
                values.push_back(row.values[f]);
            bounds_.push_back(bounds_of(values));
            std::vector<std::uint8_t>& binned = binned_.emplace_back();
            for (float value : values)
                binned.push_back(static_cast<std::uint8_t>(
                    std::upper_bound(bounds_[f].begin(), bounds_[f].end(), value) -
                    bounds_[f].begin()));
        }
    }

    TrainedTree grow() {
        find_slopes();
        choose_features();
        const std::size_t inner = (std::size_t{1} << settings_.depth) - 1;
        tree_ = {std::vector<int>(inner), std::vector<float>(inner), std::vector<float>(inner + 1)};
        std::vector<std::uint32_t> seen, all;
        for (std::uint32_t i = 0; i < rows_.size(); ++i) {
            all.push_back(i);
            if (chance_.unit() < settings_.rows)
                seen.push_back(i);
        }
        split(0, seen, all);
        return tree_;
    }

private:
    void find_slopes() {
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            slopes_[i] = {};
            for (std::size_t t = 0; t < thresholds_.size(); ++t) {
                const double p = sigmoid(scores_[i] - thresholds_[t]);
                slopes_[i].first += rows_[i].weight * (double{rows_[i].reached[t]} - p);
                slopes_[i].second += rows_[i].weight * p * (1 - p);
            }
        }
    }

    void choose_features() {
        chosen_.clear();
        while (chosen_.empty())
            for (std::size_t f = 0; f < bounds_.size(); ++f)
                if (chance_.unit() < settings_.features)
                    chosen_.push_back(f);
    }

    void split(std::size_t node, const std::vector<std::uint32_t>& seen,
               const std::vector<std::uint32_t>& all) {
        const std::size_t inner = tree_.feature.size();
        if (node >= inner) {
            Slope sum;
            for (std::uint32_t i : seen)
                sum += slopes_[i];
            const double leaf = settings_.rate * sum.first / (sum.second + settings_.shrinking);
            tree_.leaf[node - inner] = static_cast<float>(leaf);
            for (std::uint32_t i : all)
                scores_[i] += double{tree_.leaf[node - inner]};
            return;
        }
        auto [feature, bin] = best_split(seen);
        const std::vector<float>& bounds = bounds_[feature];
        tree_.feature[node] = static_cast<int>(feature);
        tree_.bound[node] = bin < bounds.size() ? bounds[bin] : 1e30F;
        std::array<std::vector<std::uint32_t>, 2> parts, all_parts;
        for (std::uint32_t i : seen)
            parts[binned_[feature][i] > bin].push_back(i);
        for (std::uint32_t i : all)
            all_parts[binned_[feature][i] > bin].push_back(i);
        for (std::size_t side = 0; side < 2; ++side)
            split(2 * node + 1 + side, parts[side], all_parts[side]);
    }

    /// A bin without a bound means that nothing is gained by splitting.
    std::pair<std::size_t, std::size_t> best_split(const std::vector<std::uint32_t>& seen) const {
        Slope all;
        for (std::uint32_t i : seen)
            all += slopes_[i];
        std::pair<std::size_t, std::size_t> best{chosen_[0], bins};
        double best_gain = all.gain(settings_.shrinking) + 1e-6;
        for (std::size_t f : chosen_) {
            std::array<Slope, bins> sums{};
            for (std::uint32_t i : seen)
                sums[binned_[f][i]] += slopes_[i];
            Slope below;
            for (std::size_t bin = 0; bin < bounds_[f].size(); ++bin) {
                below += sums[bin];
                const Slope above = all - below;
                if (below.second < settings_.least_weight || above.second < settings_.least_weight)
                    continue;
                const double gain =
                    below.gain(settings_.shrinking) + above.gain(settings_.shrinking);
                if (gain > best_gain) {
                    best_gain = gain;
                    best = {f, bin};
                }
            }
        }
        return best;
    }

    const std::vector<TrainingRow>& rows_;
    const std::vector<double>& thresholds_;
    const BoostingSettings& settings_;
    Chance chance_;
    std::vector<double> scores_;
    std::vector<Slope> slopes_;
    std::vector<std::vector<float>> bounds_;
    std::vector<std::vector<std::uint8_t>> binned_; ///< by feature
    std::vector<std::size_t> chosen_;
    TrainedTree tree_;
};

} // namespace

double TrainedModel::score(const std::vector<float>& values) const {
    double sum = 0;
    for (const TrainedTree& tree : trees) {
        std::size_t node = 0;
        while (node < tree.feature.size())
            node = 2 * node + 1 +
                   (values[static_cast<std::size_t>(tree.feature[node])] >= tree.bound[node]);
        sum += double{tree.leaf[node - tree.feature.size()]};
    }
    return sum;
}

TrainedModel boosted(const std::vector<TrainingRow>& rows, const std::vector<double>& thresholds,
                     const BoostingSettings& settings) {
    Grower grower{rows, thresholds, settings};
    TrainedModel model;
    for (int i = 0; i < settings.trees; ++i)
        model.trees.push_back(grower.grow());
    return model;
}

} // namespace img
