// JPEGs of every kind for tests, of one picture that needs no file.
#pragma once

#include "base/picture.hpp"
#include "frame/frame.hpp"

#include <string>
#include <vector>

namespace img {

enum class JpegColor { gray, ycbcr, rgb, cmyk, ycck };
enum class JpegCoding { huffman, progressive, arithmetic, arithmetic_progressive };
/// `none`: the standard ones, left out of the file, as some cameras do.
enum class JpegHuffman { standard, optimised, none };
enum class JpegScans { usual, one_a_component };

/// Sampling factors of a component.
struct JpegSampling {
    int horizontal = 1, vertical = 1;
};

struct JpegRecipe {
    std::string name = "4:4:4";
    Size size{93, 70};
    JpegColor color = JpegColor::ycbcr;
    std::vector<JpegSampling> sampling{}; ///< of the first components; of others 1x1
    int quality = 85;                     ///< under 25 some tables have 16 bits: SOF1
    int restart = 0;                      ///< MCUs between restart markers; 0: none
    JpegCoding coding = JpegCoding::huffman;
    JpegHuffman tables = JpegHuffman::standard; ///< progressive: always optimised
    JpegScans scans = JpegScans::usual;
};

/// Gradients, edges and noise; the same recipe gives the same bytes.
Frame make_jpeg(const JpegRecipe& recipe);

/// One recipe for each kind of JPEG there is, with names that differ.
const std::vector<JpegRecipe>& jpeg_recipes();

} // namespace img
