// Scores an animated GIF against the frames it was made from, or one picture against another.
//
// usage: gif_score OUT.gif REFERENCE_DIRECTORY [--json] [--sample K]
//        gif_score REFERENCE.ppm PICTURE.ppm [--json]
//
// The references are binary PPM files of the GIF's size, in the order of their names. Where the
// GIF has another count of images, each reference is held against the image shown at its time.
// dE and SSIMULACRA2 are means over K references evenly spread (5), all else is over all.

#include "picture_score.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <gif_lib.h>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace {

namespace fs = std::filesystem;
using namespace img;

struct Options {
    std::string first;
    std::string second;
    bool json = false;
    int sample = 5;
};

struct Animation {
    std::vector<Picture> shown;
    std::vector<int> delays; ///< hundredths of a second
};

int header_number(std::istream& in, const std::string& path) {
    while ((in >> std::ws) && in.peek() == '#') {
        in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    int number = 0;
    if (!(in >> number) || number < 1 || number > 65535) {
        throw std::runtime_error(path + ": not a binary PPM picture");
    }
    return number;
}

Picture read_ppm(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        throw std::runtime_error(path + ": cannot be opened");
    }
    std::string magic(2, '\0');
    in.read(magic.data(), 2);
    if (magic != "P6") {
        throw std::runtime_error(path + ": not a binary PPM picture");
    }
    Picture picture;
    picture.width = header_number(in, path);
    picture.height = header_number(in, path);
    if (header_number(in, path) != 255) {
        throw std::runtime_error(path + ": not 8 bits a sample");
    }
    in.get();
    picture.rgb.resize(static_cast<std::size_t>(picture.width) *
                       static_cast<std::size_t>(picture.height) * 3);
    if (!in.read(reinterpret_cast<char*>(picture.rgb.data()),
                 static_cast<std::streamsize>(picture.rgb.size()))) {
        throw std::runtime_error(path + ": ends before its last pixel");
    }
    return picture;
}

void draw(Picture& canvas, const SavedImage& image, const ColorMapObject& map, int transparent) {
    const GifImageDesc& place = image.ImageDesc;
    const GifByteType* index = image.RasterBits;
    for (int y = place.Top; y < place.Top + place.Height; ++y) {
        for (int x = place.Left; x < place.Left + place.Width; ++x, ++index) {
            if (*index == transparent || x >= canvas.width || y >= canvas.height) {
                continue;
            }
            if (*index >= map.ColorCount) {
                throw std::runtime_error("a pixel has no colour in its table");
            }
            const GifColorType& colour = map.Colors[*index];
            const auto at = (static_cast<std::size_t>(y) * static_cast<std::size_t>(canvas.width) +
                             static_cast<std::size_t>(x)) *
                            3;
            canvas.rgb[at] = colour.Red;
            canvas.rgb[at + 1] = colour.Green;
            canvas.rgb[at + 2] = colour.Blue;
        }
    }
}

void clear(Picture& canvas, const GifImageDesc& place) {
    const int right = std::min(place.Left + place.Width, canvas.width);
    const int bottom = std::min(place.Top + place.Height, canvas.height);
    for (int y = place.Top; y < bottom && place.Left < right; ++y) {
        const auto row = canvas.rgb.begin() + std::ptrdiff_t{3} * canvas.width * y;
        std::fill(row + std::ptrdiff_t{3} * place.Left, row + std::ptrdiff_t{3} * right,
                  std::uint8_t{255});
    }
}

/// What a viewer with a white page shows for each image.
Animation read_gif(const std::string& path) {
    int error = 0;
    const auto close = [](GifFileType* file) { DGifCloseFile(file, nullptr); };
    const std::unique_ptr<GifFileType, decltype(close)> file(DGifOpenFileName(path.c_str(), &error),
                                                             close);
    if (!file || DGifSlurp(file.get()) != GIF_OK) {
        const char* fact = GifErrorString(file ? file->Error : error);
        throw std::runtime_error(path + ": " + (fact ? fact : "not a GIF"));
    }
    Picture canvas{file->SWidth, file->SHeight, {}};
    canvas.rgb.assign(
        static_cast<std::size_t>(canvas.width) * static_cast<std::size_t>(canvas.height) * 3, 255);
    Animation animation;
    for (int i = 0; i < file->ImageCount; ++i) {
        const SavedImage& image = file->SavedImages[i];
        const ColorMapObject* map =
            image.ImageDesc.ColorMap ? image.ImageDesc.ColorMap : file->SColorMap;
        if (!map) {
            throw std::runtime_error(path + ": an image has no colour table");
        }
        GraphicsControlBlock control{};
        control.TransparentColor = NO_TRANSPARENT_COLOR;
        DGifSavedExtensionToGCB(file.get(), i, &control);
        std::optional<Picture> before;
        if (control.DisposalMode == DISPOSE_PREVIOUS) {
            before = canvas;
        }
        draw(canvas, image, *map, control.TransparentColor);
        animation.shown.push_back(canvas);
        animation.delays.push_back(control.DelayTime);
        if (before) {
            canvas = std::move(*before);
        } else if (control.DisposalMode == DISPOSE_BACKGROUND) {
            clear(canvas, image.ImageDesc);
        }
    }
    if (animation.shown.empty()) {
        throw std::runtime_error(path + ": holds no image");
    }
    return animation;
}

/// For each reference the image shown at the middle of its time.
std::vector<std::size_t> images_by_time(const std::vector<int>& delays, std::size_t references) {
    std::vector<std::size_t> out(references);
    double total = 0;
    for (int delay : delays) {
        total += std::max(delay, 1);
    }
    for (std::size_t i = 0; i < references; ++i) {
        out[i] = i;
        if (delays.size() != references) {
            const double time =
                (static_cast<double>(i) + 0.5) * total / static_cast<double>(references);
            double end = std::max(delays[0], 1);
            for (out[i] = 0; end <= time && out[i] + 1 < delays.size();) {
                end += std::max(delays[++out[i]], 1);
            }
        }
    }
    return out;
}

struct FrameScore {
    double squares = 0;
    double luma_squares = 0;
    double ssim = 0;
    double multi_scale = 0;
    bool sampled = false;
    double colour_difference = 0;
    double ssimulacra2 = 0;
    bool still = false; ///< some pixels of the reference did not change since the one before
    double flicker = 0;
    double reference_flicker = 0;
};

/// What the flicker of the next frame is measured against.
struct Smooth {
    Plane reference;
    Plane picture;
    Planes wide;
};

Smooth smooth(const Picture& reference, const Plane& reference_luma, const Plane& picture_luma) {
    static const Kernel narrow = gaussian(1.2);
    static const Kernel wide = gaussian(3.0);
    Smooth out{blurred(reference_luma, narrow, Border::mirror_between),
               blurred(picture_luma, narrow, Border::mirror_between),
               {}};
    for (std::size_t c = 0; c < 3; ++c) {
        out.wide[c] =
            blurred(channel(reference, static_cast<int>(c)), wide, Border::mirror_between);
    }
    return out;
}

/// Mean change of blurred luma where no blurred channel of the reference changed by 3 levels.
void score_flicker(const Smooth& now, const Smooth& before, FrameScore& score) {
    double still = 0;
    double change = 0;
    double reference_change = 0;
    for (int y = 0; y < now.picture.height; ++y) {
        float row_still = 0;
        float row_change = 0;
        float row_reference = 0;
        for (int x = 0; x < now.picture.width; ++x) {
            float most = 0;
            for (std::size_t c = 0; c < 3; ++c) {
                most = std::max(most, std::abs(now.wide[c].row(y)[x] - before.wide[c].row(y)[x]));
            }
            const float counts = most < 3 ? 1.0F : 0.0F;
            row_still += counts;
            row_change += counts * std::abs(now.picture.row(y)[x] - before.picture.row(y)[x]);
            row_reference +=
                counts * std::abs(now.reference.row(y)[x] - before.reference.row(y)[x]);
        }
        still += static_cast<double>(row_still);
        change += static_cast<double>(row_change);
        reference_change += static_cast<double>(row_reference);
    }
    score.still = still > 0;
    if (score.still) {
        score.flicker = change / still;
        score.reference_flicker = reference_change / still;
    }
}

FrameScore score_frame(const Picture& reference, const Picture& picture,
                       const Plane& reference_luma, const Plane& picture_luma, bool sampled) {
    FrameScore score;
    score.squares = mean_squared_error(reference, picture);
    score.luma_squares = mean_squared_error(reference_luma, picture_luma);
    const Similarity similarity = structural_similarity(reference_luma, picture_luma);
    score.ssim = similarity.ssim;
    score.multi_scale = multi_scale_similarity(reference_luma, picture_luma, similarity);
    score.sampled = sampled;
    if (sampled) {
        score.colour_difference = seen_colour_difference(reference, picture);
        score.ssimulacra2 = ssimulacra2(reference, picture);
    }
    return score;
}

/// Scores what `next` hands out of both sequences; frames are independent but for flicker.
class Sequence {
public:
    Sequence(std::vector<std::string> references, Animation animation, int sample)
        : references_(std::move(references)), animation_(std::move(animation)),
          image_(images_by_time(animation_.delays, references_.size())),
          sampled_(references_.size()), scores_(references_.size()) {
        const int last = static_cast<int>(references_.size()) - 1;
        const int count = std::clamp(sample, 1, last + 1);
        for (int i = 0; i < count; ++i) {
            const double at = count == 1 ? 0 : static_cast<double>(i) * last / (count - 1);
            sampled_[static_cast<std::size_t>(at)] = true;
        }
    }

    /// Two threads take a half each: the second also reads the frame before its first.
    const std::vector<FrameScore>& score() {
        const std::size_t half = references_.size() / 2;
        std::exception_ptr failure;
        std::thread other([&] {
            try {
                score_range(0, half);
            } catch (...) {
                failure = std::current_exception();
            }
        });
        std::exception_ptr own_failure;
        try {
            score_range(half, references_.size());
        } catch (...) {
            own_failure = std::current_exception();
        }
        other.join();
        if (failure || own_failure) {
            std::rethrow_exception(failure ? failure : own_failure);
        }
        return scores_;
    }

private:
    void score_range(std::size_t begin, std::size_t end) {
        std::optional<Smooth> before;
        for (std::size_t i = begin == 0 || begin == end ? begin : begin - 1; i < end; ++i) {
            const Picture reference = read_ppm(references_[i]);
            const Picture& picture = animation_.shown[image_[i]];
            if (reference.width != picture.width || reference.height != picture.height) {
                throw std::runtime_error(
                    references_[i] + ": is " + std::to_string(reference.width) + "x" +
                    std::to_string(reference.height) + ", not " + std::to_string(picture.width) +
                    "x" + std::to_string(picture.height) + " as the GIF");
            }
            const Plane reference_luma = luma(reference);
            const Plane picture_luma = luma(picture);
            Smooth now = smooth(reference, reference_luma, picture_luma);
            if (i >= begin) {
                scores_[i] =
                    score_frame(reference, picture, reference_luma, picture_luma, sampled_[i]);
                if (before) {
                    score_flicker(now, *before, scores_[i]);
                }
            }
            before = std::move(now);
        }
    }

    std::vector<std::string> references_;
    Animation animation_;
    std::vector<std::size_t> image_;
    std::vector<bool> sampled_;
    std::vector<FrameScore> scores_;
};

/// Mean of a figure over the frames that have it; 0 where none has.
template <typename Has, typename Figure>
double mean(const std::vector<FrameScore>& scores, Has has, Figure figure) {
    double sum = 0;
    double count = 0;
    for (const FrameScore& score : scores) {
        if (has(score)) {
            sum += figure(score);
            ++count;
        }
    }
    return count > 0 ? sum / count : 0;
}

using Figures = std::vector<std::pair<const char*, double>>;

Figures figures(const std::vector<FrameScore>& scores) {
    const auto all = [](const FrameScore&) { return true; };
    const auto sampled = [](const FrameScore& score) { return score.sampled; };
    const auto still = [](const FrameScore& score) { return score.still; };
    const auto of = [&](auto has, double FrameScore::*member) {
        return mean(scores, has, [&](const FrameScore& score) { return score.*member; });
    };
    return {{"psnr", psnr(of(all, &FrameScore::squares))},
            {"psnr_y", psnr(of(all, &FrameScore::luma_squares))},
            {"ssim", of(all, &FrameScore::ssim)},
            {"msssim", of(all, &FrameScore::multi_scale)},
            {"dE", of(sampled, &FrameScore::colour_difference)},
            {"flick", of(still, &FrameScore::flicker)},
            {"flick_src", of(still, &FrameScore::reference_flicker)},
            {"ssimulacra2", of(sampled, &FrameScore::ssimulacra2)}};
}

void print(const Figures& figures, const std::vector<std::pair<const char*, std::size_t>>& counts,
           bool json) {
    const char* before = json ? "{" : "";
    for (const auto& [name, count] : counts) {
        std::printf(json ? "%s\"%s\":%zu" : "%s%-12s %zu\n", before, name, count);
        before = json ? "," : "";
    }
    for (const auto& [name, value] : figures) {
        std::printf(json ? "%s\"%s\":%.6f" : "%s%-12s %.4f\n", before, name, value);
        before = json ? "," : "";
    }
    if (json) {
        std::puts("}");
    }
}

Options parse(int argc, char** argv) {
    Options options;
    std::vector<std::string> places;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json") {
            options.json = true;
        } else if (word == "--sample" && i + 1 < argc) {
            const std::string_view value = argv[++i];
            const auto [end, error] =
                std::from_chars(value.data(), value.data() + value.size(), options.sample);
            if (error != std::errc() || end != value.data() + value.size() || options.sample < 1) {
                throw std::invalid_argument("--sample: not a count from 1");
            }
        } else if (word.starts_with("--")) {
            throw std::invalid_argument(std::string(word) + ": no such option");
        } else {
            places.emplace_back(word);
        }
    }
    if (places.size() != 2) {
        throw std::invalid_argument("usage: gif_score OUT.gif REFERENCE_DIRECTORY [--json] "
                                    "[--sample K] | REFERENCE.ppm PICTURE.ppm [--json]");
    }
    options.first = places[0];
    options.second = places[1];
    return options;
}

void run(const Options& options) {
    if (!fs::is_directory(options.second)) {
        Animation animation{{read_ppm(options.second)}, {1}};
        Figures found = figures(Sequence({options.first}, std::move(animation), 1).score());
        std::erase_if(found, [](const auto& figure) {
            return std::string_view(figure.first).starts_with("flick");
        });
        print(found, {}, options.json);
        return;
    }
    std::vector<std::string> references;
    for (const fs::directory_entry& entry : fs::directory_iterator(options.second)) {
        if (entry.path().extension() == ".ppm") {
            references.push_back(entry.path().string());
        }
    }
    if (references.empty()) {
        throw std::runtime_error(options.second + ": holds no .ppm files");
    }
    std::sort(references.begin(), references.end());
    Animation animation = read_gif(options.first);
    const std::vector<std::pair<const char*, std::size_t>> counts = {
        {"bytes", fs::file_size(options.first)},
        {"frames", animation.shown.size()},
        {"refs", references.size()}};
    Sequence sequence(std::move(references), std::move(animation), options.sample);
    print(figures(sequence.score()), counts, options.json);
}

} // namespace

int main(int argc, char** argv) {
    try {
        run(parse(argc, argv));
        return 0;
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "gif_score: %s\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "gif_score: %s\n", error.what());
        return 1;
    }
}
