// Taking a stamp off again: what was replaced travels in segments of the stamped JPEG.
#pragma once

#include "verb/stamp/inscribe.hpp"

namespace img {

/// `stamped`, which came of `original`, with what is needed to get `original` back, byte for byte:
/// the replaced bits and the original's SHA-256, in APP15 segments behind the other application
/// segments. Where the bits do not suffice, the whole original. Throws Error when that is too
/// large.
Bytes with_undo_record(ByteView stamped, const Inscribed& how, ByteView original,
                       const JpegScan& scan);

/// The original of a stamped JPEG; of several stamps the last one is taken off. Throws Error when
/// there is no record, and when what comes out is not the original: the JPEG was changed meanwhile.
Bytes without_stamp(ByteView stamped);

} // namespace img
