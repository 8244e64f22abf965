// What object stores are told and tell: places, keys, lifetimes, errors.
#pragma once

#include "verb/sync/object_store_signature.hpp"
#include "verb/sync/remote.hpp"
#include "verb/sync/upload.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// Where the objects of an address are.
struct StorePlace {
    std::string base;   ///< scheme and host: "https://store.example.org:9000"
    std::string host;   ///< as the request's head has it
    std::string path;   ///< what stands before a key, percent-encoded, "/" at its end
    std::string region; ///< of the signature
};
/// Of s3://bucket/prefix. Throws Error{usage} for addresses and endpoints that make no sense.
StorePlace store_place(const std::string& address, const std::string& endpoint,
                       const std::string& region);

/// The keys in a section of a file such as ~/.aws/credentials; nullopt unless both are there.
std::optional<StoreKeys> parse_store_keys(std::string_view text, std::string_view profile);

/// How long readers may keep a file: frames for ever, pointers not without asking.
std::string_view store_cache_control(const SyncFile& file);

/// The text of the first element of this name, its entities resolved; empty when there is none.
std::string xml_text(std::string_view xml, std::string_view element);

/// What becomes of an object, or of the attempt, by the answer's status and its code of an error.
UploadOutcome store_outcome(long status, std::string_view code);

/// The body that makes one object of parts, by their ETags in their order.
std::string store_completion(const std::vector<std::string>& tags);

/// The size of the parts of a file: 16 MiB, or what leaves 10,000 of them.
std::uint64_t store_part_bytes(std::uint64_t file_bytes);

} // namespace img
