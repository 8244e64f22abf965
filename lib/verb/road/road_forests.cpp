// Trees that tell road from the rest: printed by tests/train/road_region_train.cpp.
#include "verb/road/road_cells.hpp"
namespace img {
const RoadForest first_road_forest{0, {}}, second_road_forest{0, {}};
}
