// Gradient boosting of small regression trees for an ordered quantity.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

struct TrainingRow {
    std::vector<float> values;
    std::vector<float> reached; ///< for each threshold, how sure it is that it is reached, 0 to 1
    float weight = 1;
};

/// Complete binary trees of one depth: node n has the children 2n+1 and 2n+2.
struct TrainedTree {
    std::vector<int> feature; ///< of inner nodes
    std::vector<float> bound; ///< what is below it goes to the first child
    std::vector<float> leaf;
};

struct BoostingSettings {
    int trees = 300, depth = 3;
    double rate = .06;
    double least_weight = 12;        ///< of the second derivatives in a leaf
    double shrinking = 4;            ///< of leaves, as an L2 penalty
    double rows = .6, features = .3; ///< the share that each tree sees
    std::uint64_t seed = 1;
};

struct TrainedModel {
    std::vector<TrainedTree> trees;
    double score(const std::vector<float>& values) const;
};

/// Fits one score whose excess over each of `thresholds` is the logit of reaching it: ordinal
/// logistic regression (McCullagh, "Regression models for ordinal data", 1980) with trees in place
/// of a linear score (Friedman, "Greedy function approximation", 2001). The same rows and settings
/// give the same model.
TrainedModel boosted(const std::vector<TrainingRow>& rows, const std::vector<double>& thresholds,
                     const BoostingSettings& settings);

} // namespace img
