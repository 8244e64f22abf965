// An artwork onto a JPEG.
#pragma once

#include "base/bytes.hpp"
#include "verb/stamp/artwork.hpp"
#include "verb/stamp/jpeg_scan.hpp"
#include "verb/stamp/splice.hpp"

#include <memory>
#include <string_view>

namespace img {

/// The picture that is drawn on, in pixels.
struct Sheet {
    Size size;
    /// The units in which the picture can be changed; panels cover whole ones.
    Size grid{1, 1};
};

Sheet sheet_of(const JpegScan& scan);

/// How a JPEG was changed.
enum class Method {
    splice,      ///< the bits of all other blocks are the same
    transcode,   ///< their coefficients are the same, in other Huffman codes
    coefficients ///< their coefficients are the same, the picture was coded anew
};

/// The word for it: "splice".
std::string_view word_for(Method method);

struct Inscribed {
    Bytes jpeg;
    Method method = Method::splice;
    std::vector<McuRun> runs; ///< the MCUs that were changed; empty for `coefficients`
};

/// Lays artworks on JPEGs, one after another; tables and shapes are kept between them.
class Inscriber {
public:
    Inscriber();
    Inscriber(Inscriber&&) noexcept;
    ~Inscriber();

    /// The JPEG with the artwork on it. All other coefficients and all other segments stay as they
    /// are. Throws Error for a broken picture.
    Inscribed inscribe(ByteView jpeg, const JpegScan& scan, const Artwork& artwork, Verify verify);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace img
