// Pictures and the times at which they appear, to an animated GIF.

#include "verb/gif/encoder.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace img {

namespace {

constexpr std::int64_t longest_delay = 65535;
/// Shorter runs of unchanged pixels are drawn again: interrupting the pattern costs more bytes.
constexpr std::ptrdiff_t shortest_gap = 5;

std::size_t area_of(int width, int height) {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

GifCanvas canvas_of(const GifEncoding& encoding) {
    assert(!encoding.palette.empty() && encoding.palette.size() < 256);
    GifCanvas canvas{encoding.size, encoding.palette,
                     static_cast<std::uint8_t>(encoding.palette.size()), encoding.repeats};
    canvas.palette.push_back(Color{});
    return canvas;
}

} // namespace

GifEncoder::GifEncoder(const GifEncoding& encoding, ByteSink sink, Report report)
    : size_(encoding.size), transparent_(static_cast<std::uint8_t>(encoding.palette.size())),
      report_(std::move(report)), writer_(canvas_of(encoding),
                                          [this, sink = std::move(sink)](ByteView bytes) {
                                              bytes_ += bytes.size();
                                              sink(bytes);
                                          }),
      stillness_(encoding.size, encoding.tolerance), drawing_(encoding.palette, encoding.dither),
      shown_(area_of(encoding.size.width, encoding.size.height)), next_(shown_) {
    bytes_ = 0; // what stands before the first image is no image's
}

void GifEncoder::add(const Picture& picture, std::int64_t centiseconds,
                     const std::string& comment) {
    std::size_t number = added_++;
    drawing_.draw(picture, stillness_.changed(picture), next_);
    if (first_) {
        first_ = false;
        pending_ = Pending{{0, 0, size_.width, size_.height}, next_, centiseconds, number, comment};
    } else {
        GifArea area = difference();
        if (area.width == 0)
            return;
        std::vector<std::uint8_t> indices = cropped(area);
        put_pending(centiseconds);
        pending_ = Pending{area, std::move(indices), centiseconds, number, comment};
    }
    shown_ = next_;
}

void GifEncoder::finish(std::int64_t centiseconds) {
    assert(pending_);
    put_pending(centiseconds);
    writer_.finish();
}

GifArea GifEncoder::difference() const {
    auto width = static_cast<std::size_t>(size_.width);
    int left = size_.width, right = 0, top = size_.height, bottom = 0;
    for (int y = 0; y < size_.height; ++y) {
        const std::uint8_t* before = &shown_[static_cast<std::size_t>(y) * width];
        const std::uint8_t* now = &next_[static_cast<std::size_t>(y) * width];
        const std::uint8_t* from = std::mismatch(before, before + width, now).first;
        if (from == before + width)
            continue;
        std::ptrdiff_t last = size_.width - 1;
        while (before[last] == now[last])
            --last;
        left = std::min(left, static_cast<int>(from - before));
        right = std::max(right, static_cast<int>(last) + 1);
        top = std::min(top, y);
        bottom = y + 1;
    }
    return bottom == 0 ? GifArea{} : GifArea{left, top, right - left, bottom - top};
}

std::vector<std::uint8_t> GifEncoder::cropped(GifArea area) const {
    std::vector<std::uint8_t> indices;
    indices.reserve(area_of(area.width, area.height));
    for (int y = area.top; y < area.top + area.height; ++y) {
        std::size_t start = area_of(size_.width, y) + static_cast<std::size_t>(area.left);
        const std::uint8_t* before = &shown_[start];
        const std::uint8_t* now = &next_[start];
        const std::uint8_t* end = now + area.width;
        while (now != end) {
            auto [unlike, at] = std::mismatch(now, end, before);
            std::ptrdiff_t same = unlike - now;
            if (same >= shortest_gap)
                indices.insert(indices.end(), static_cast<std::size_t>(same), transparent_);
            else
                indices.insert(indices.end(), now, unlike);
            now = unlike;
            before = at;
            while (now != end && *now != *before) {
                indices.push_back(*now++);
                ++before;
            }
        }
    }
    return indices;
}

void GifEncoder::put(GifArea area, int centiseconds, std::span<const std::uint8_t> indices) {
    writer_.put(area, centiseconds, indices);
    std::array<bool, 256> used{};
    for (std::uint8_t index : indices)
        used[index] = true;
    used[transparent_] = false;
    GifImage image;
    image.delay = Duration{centiseconds * 10};
    image.area = area;
    image.bytes = std::exchange(bytes_, 0);
    image.colors = static_cast<std::size_t>(std::count(used.begin(), used.end(), true));
    if (report_)
        report_(pending_->picture, image);
}

void GifEncoder::put_pending(std::int64_t end) {
    std::int64_t left = end - pending_->start;
    auto take = [&] {
        std::int64_t part = std::min(left, longest_delay);
        left -= part;
        return static_cast<int>(part);
    };
    if (!pending_->comment.empty())
        writer_.comment(pending_->comment);
    put(pending_->area, take(), pending_->indices);
    // A delay has 16 bits; an invisible pixel goes on waiting.
    while (left > 0)
        put({0, 0, 1, 1}, take(), std::array{transparent_});
    pending_.reset();
}

} // namespace img
