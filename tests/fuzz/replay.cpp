// Runs a fuzz target over files: `NAME FILE_OR_DIRECTORY...`, for builds without libFuzzer.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

int replay(const img::fs::path& path) {
    img::Bytes bytes = img::read_file(path);
    // Exactly as long as the input, so that a read past its end is caught.
    std::unique_ptr<std::uint8_t[]> exact{new std::uint8_t[bytes.size()]};
    if (!bytes.empty())
        std::memcpy(exact.get(), bytes.data(), bytes.size());
    LLVMFuzzerTestOneInput(exact.get(), bytes.size());
    return 1;
}

} // namespace

int main(int argc, char** argv) {
    int count = 0;
    for (int i = 1; i < argc; ++i) {
        if (!img::fs::is_directory(argv[i])) {
            count += replay(argv[i]);
            continue;
        }
        for (const auto& entry : img::fs::directory_iterator(argv[i]))
            count += replay(entry.path());
    }
    std::printf("%d inputs replayed\n", count);
    return count > 0 ? 0 : 1;
}
