// What the models of appearance were trained to. Made by road_train, not by hand.

#include "verb/road/appearance_model.hpp"

namespace img {

std::span<const AppearanceTree> snow_trees() {
    return {};
}
std::span<const AppearanceTree> night_trees() {
    return {};
}
std::span<const AppearanceTree> wet_trees() {
    return {};
}

} // namespace img
