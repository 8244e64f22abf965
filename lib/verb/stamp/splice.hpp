// Changing some MCUs of a JPEG and leaving the bits of all others as they are.
#pragma once

#include "verb/stamp/scan_coder.hpp"
#include "verb/stamp/verify.hpp"

#include <cstdint>
#include <vector>

namespace img {

/// Writes the changed MCUs of a run.
class Patch {
public:
    virtual ~Patch() = default;
    /// Reads the run's MCUs and writes others, whose DC values count from `out_predictors`.
    virtual void write(const McuRun& run, BitReader& in, Predictors& in_predictors, BitWriter& out,
                       Predictors& out_predictors) = 0;
};

/// What is spliced.
struct SpliceJob {
    ByteView jpeg;
    const JpegScan& scan;
    const ScanCoder& from;           ///< the codes of `jpeg`
    const ScanCoder& to;             ///< those to write; the same object: other bits are copied
    const std::vector<McuRun>& runs; ///< in order, apart from one another
    Verify verify = Verify::full;
};

/// Appends the entropy-coded bytes of the spliced scan, and all that follows them in the JPEG, to
/// `out`. Throws Error for a broken picture, MissingCode when the tables have no code for what is
/// to be written; then `out` holds an unfinished piece.
void splice(const SpliceJob& job, Patch& patch, Bytes& out);

} // namespace img
