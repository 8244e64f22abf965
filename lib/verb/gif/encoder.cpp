// Pictures and the times at which they appear, to an animated GIF.

#include "verb/gif/encoder.hpp"

#include "verb/gif/busyness.hpp"
#include "verb/gif/code_writer.hpp"
#include "verb/gif/quality.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace img {

namespace {

constexpr std::int64_t longest_delay = 65535;
/// Fewer pixels than this for each of its colours are not worth the bytes of a larger palette.
constexpr std::size_t pixels_per_color = 16;
/// So many pixels at most are counted for a palette.
constexpr std::size_t most_counted = std::size_t{1} << 19;

/// Around all blocks that are fresh; without a width when there is none.
Area fresh_area(const StillPicture& picture) {
    int left = picture.blocks_across(), right = 0, top = picture.blocks_down(), bottom = 0;
    const std::uint8_t* fresh = picture.fresh.data();
    for (int y = 0; y < picture.blocks_down(); ++y)
        for (int x = 0; x < picture.blocks_across(); ++x)
            if (*fresh++ != 0) {
                left = std::min(left, x);
                right = std::max(right, x + 1);
                top = std::min(top, y);
                bottom = y + 1;
            }
    if (right == 0)
        return {};
    left *= block_side;
    top *= block_side;
    return {left, top, std::min(right * block_side, picture.size.width) - left,
            std::min(bottom * block_side, picture.size.height) - top};
}

std::size_t fresh_pixels(const StillPicture& picture) {
    const auto blocks =
        picture.fresh.size() -
        static_cast<std::size_t>(std::count(picture.fresh.begin(), picture.fresh.end(), 0));
    return blocks * block_side * block_side;
}

/// What a pixel counts for a palette, in 1/64: more when it is shown for longer, less where errors
/// are hidden.
std::uint32_t weight_of(std::uint8_t frames, std::uint8_t busyness) {
    static const std::array<std::uint32_t, StillPeriods::reach + 1> weights = [] {
        std::array<std::uint32_t, StillPeriods::reach + 1> of{};
        for (std::size_t i = 1; i < of.size(); ++i)
            of[i] = static_cast<std::uint32_t>(std::lround(64 * std::sqrt(i)));
        return of;
    }();
    return weights[frames] * flat / busyness;
}

/// Of what is fresh; the others stay what they are.
void find_tones(const StillPicture& picture, Area area, std::vector<Tone>& tones) {
    const auto across = static_cast<std::size_t>(picture.blocks_across());
    const auto width = static_cast<std::size_t>(picture.size.width);
    for (int y = area.top; y < area.top + area.height; ++y) {
        const std::uint8_t* fresh =
            &picture.fresh[static_cast<std::size_t>(y / block_side) * across];
        for (std::size_t from = 0, to = 0; from < across; from = to + 1) {
            for (to = from; to < across && fresh[to] != 0;)
                ++to;
            const std::size_t left = from * block_side, right = std::min(to * block_side, width);
            const std::size_t at = static_cast<std::size_t>(y) * width + left;
            if (from < to)
                to_tones(&picture.means[0][at], &picture.means[1][at], &picture.means[2][at],
                         right - left, &tones[at]);
        }
    }
}

/// Counts a regular sample of what is fresh.
void count(const StillPicture& picture, const std::vector<Tone>& tones,
           const std::vector<std::uint8_t>& busyness, Area area, ToneHistogram& histogram) {
    const auto width = static_cast<std::size_t>(picture.size.width);
    const std::size_t step = 1 + fresh_pixels(picture) / most_counted;
    const auto span = static_cast<std::size_t>(area.width);
    for (int y = area.top; y < area.top + area.height; ++y) {
        const std::size_t at =
            static_cast<std::size_t>(y) * width + static_cast<std::size_t>(area.left);
        const std::uint8_t* fresh =
            &picture.fresh[static_cast<std::size_t>(y / block_side * picture.blocks_across())];
        for (std::size_t x = static_cast<std::size_t>(y) % step; x < span; x += step)
            if (const std::uint8_t frames =
                    fresh[(static_cast<std::size_t>(area.left) + x) / block_side];
                frames != 0)
                histogram.add(tones[at + x], weight_of(frames, busyness[at + x]));
    }
}

/// Of luma on the canvas, in dB.
double psnr_of(const std::vector<Tone>& canvas, const std::vector<std::uint8_t>& source) {
    std::uint64_t squares = 0;
    for (std::size_t i = 0; i < source.size(); ++i) {
        const int difference = canvas[i].luma - source[i] * tone_steps;
        squares += static_cast<std::uint64_t>(difference * difference);
    }
    constexpr double peak = 255 * tone_steps;
    const double mean = static_cast<double>(squares) / static_cast<double>(source.size());
    return 10 * std::log10(peak * peak / std::max(mean, 1e-3));
}

} // namespace

GifEncoder::GifEncoder(const GifEncoding& encoding, ByteSink sink, Report report)
    : encoding_(encoding), masking_(tuning_of(encoding.quality).masking), sink_(std::move(sink)),
      report_(std::move(report)), periods_(encoding.size, tuning_of(encoding.quality).price),
      drawing_(encoding.size, tuning_of(encoding.quality).drawing) {}

void GifEncoder::add(Planes picture, std::int64_t centiseconds, std::string comment) {
    waiting_.push_back({added_++, centiseconds, std::move(comment)});
    periods_.add(std::move(picture));
    if (periods_.full())
        prepare_next();
}

void GifEncoder::finish(std::int64_t centiseconds) {
    while (!periods_.empty())
        prepare_next();
    collect();
    assert(pending_);
    put_pending(centiseconds);
    writer_->finish();
}

void GifEncoder::prepare_next() {
    Job& job = jobs_[prepared_];
    const StillPicture& picture = periods_.next();
    job.appearance = std::move(waiting_.front());
    waiting_.pop_front();
    job.area = fresh_area(picture);
    if (job.area.width == 0)
        return;
    prepare(job, picture);
    collect();
    drawn_ = std::async(std::launch::async, [this, &job] { return draw(job); });
    prepared_ = 1 - prepared_;
}

void GifEncoder::prepare(Job& job, const StillPicture& picture) {
    job.picture.size = picture.size;
    job.picture.fresh = picture.fresh;
    job.picture.luma = picture.luma;
    job.tones.resize(picture.luma.size());
    find_tones(picture, job.area, job.tones);
    job.busyness.resize(picture.luma.size());
    measure_busyness(picture.means[0], picture.size, job.area.top, job.area.top + job.area.height,
                     masking_, job.busyness);
    count(picture, job.tones, job.busyness, job.area, histogram_);
    std::size_t most = static_cast<std::size_t>(encoding_.colors);
    if (job.appearance.number > 0) // one of the table is for transparency
        most = std::clamp<std::size_t>(fresh_pixels(picture) / pixels_per_color, 1, most - 1);
    job.palette = histogram_.take_palette(most);
}

std::optional<std::uint8_t> GifEncoder::transparent_of(const Job& job) const {
    if (job.appearance.number == 0)
        return std::nullopt;
    return static_cast<std::uint8_t>(job.palette.colors.size());
}

GifEncoder::Drawn GifEncoder::draw(const Job& job) {
    Drawn drawn;
    drawn.image = drawing_.draw(
        {job.picture, job.tones, job.busyness, job.palette, job.area, transparent_of(job)});
    drawn.psnr = psnr_of(drawing_.canvas(), job.picture.luma);
    return drawn;
}

void GifEncoder::collect() {
    if (!drawn_.valid())
        return;
    Drawn drawn = drawn_.get();
    if (drawn.image.empty())
        return;
    Job& job = jobs_[1 - prepared_];
    if (pending_)
        put_pending(job.appearance.start);
    colors_ = std::max(colors_, job.palette.colors.size());
    const std::optional<std::uint8_t> transparent = transparent_of(job);
    pending_ = Pending{std::move(drawn.image), std::move(job.palette.colors), transparent,
                       drawn.psnr, std::move(job.appearance)};
}

void GifEncoder::put(const GifPart& part, std::size_t colors, const std::optional<double>& psnr) {
    writer_->put(part);
    GifImage image;
    image.delay = Duration{part.centiseconds * 10};
    image.area = part.area;
    image.bytes = std::exchange(bytes_, 0);
    image.colors = colors;
    image.psnr = psnr;
    if (report_)
        report_(pending_->appearance.number, image);
}

void GifEncoder::put_pending(std::int64_t end) {
    std::int64_t left = end - pending_->appearance.start;
    auto take = [&] {
        const std::int64_t part = std::min(left, longest_delay);
        left -= part;
        return static_cast<int>(part);
    };
    GifPart part{pending_->image.area, take(), pending_->transparent, {}, pending_->image.codes};
    if (!writer_) {
        writer_.emplace(GifCanvas{encoding_.size, pending_->palette, encoding_.repeats},
                        [this](ByteView bytes) {
                            bytes_ += bytes.size();
                            sink_(bytes);
                        });
        bytes_ = 0; // what stands before the first image is no image's
    } else {
        part.palette = std::move(pending_->palette);
        if (part.transparent)
            part.palette.push_back(Color{});
    }
    if (!pending_->appearance.comment.empty())
        writer_->comment(pending_->appearance.comment);
    put(part, pending_->image.colors, pending_->psnr);
    // A delay has 16 bits; an invisible pixel goes on waiting.
    const Bytes codes = [] {
        CodeWriter writer;
        for (unsigned code : {4U, 0U, 5U}) // clear, the only symbol, end
            writer.put(code, 3);
        return writer.take();
    }();
    while (left > 0)
        put({{0, 0, 1, 1}, take(), std::uint8_t{0}, {Color{}, Color{}}, codes}, 0, std::nullopt);
    pending_.reset();
}

} // namespace img
