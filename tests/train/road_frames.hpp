// The frames of a folder like ../shared/data/road/dev, with the masks of their roads.
#pragma once

#include "verb/road/bitmap.hpp"
#include "verb/road/sight.hpp"

#include <optional>
#include <string>
#include <vector>

struct LabelledFrame {
    std::string file, folder, camera, view;
    img::Sight sight;
    std::optional<img::Bitmap> road; ///< of the sight's size
};

/// What labels.csv of the folder lists, JPEG or PNG; without what it lists in vain.
std::vector<LabelledFrame> labelled_frames(const std::string& folder);
