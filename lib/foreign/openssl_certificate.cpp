// OpenSSL: making and reading certificates.

#include "base/error.hpp"
#include "foreign/openssl.hpp"
#include "foreign/openssl_handles.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <ctime>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace img {

namespace {

using Bio = OpensslBio;
using Certificate = OpensslCertificate;
using Key = OpensslKey;
using Extension = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;
using AlternativeNames = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;

/// Making a certificate fails only where memory or randomness does.
void must(bool worked) {
    if (worked)
        return;
    throw Error(str("cannot make a certificate: ", take_openssl_error()));
}

bool is_address(const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> room{};
    return ::inet_pton(AF_INET, name.c_str(), room.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), room.data()) == 1;
}

/// Labels of letters, digits, hyphens and underscores; the first may be "*".
bool is_host_name(std::string_view name) {
    if (name.size() > 253)
        return false;
    bool first = true;
    for (std::string_view label : split(name, '.')) {
        bool wildcard = first && label == "*";
        bool plain = std::all_of(label.begin(), label.end(), [](unsigned char c) {
            return c < 0x80 && (std::isalnum(c) || c == '-' || c == '_');
        });
        if (label.empty() || label.size() > 63 || !(plain || wildcard))
            return false;
        first = false;
    }
    return true;
}

std::string alternative_names(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) {
        bool address = is_address(name);
        if (!is_subject_name(name))
            throw Error(str("'", printable(name), "' is neither a host name nor an address"),
                        Exit::usage);
        list += str(list.empty() ? "" : ",", address ? "IP:" : "DNS:", name);
    }
    return list;
}

void extend(X509* certificate, int which, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    Extension extension{X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str())};
    must(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

void set_time(ASN1_TIME* to, Instant when) {
    must(ASN1_TIME_set(to,
                       std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count()) !=
         nullptr);
}

std::string text_in(BIO* bio) {
    char* data = nullptr;
    long length = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(length));
}

Instant instant_of(const ASN1_TIME* time) {
    std::tm fields{};
    if (ASN1_TIME_to_tm(time, &fields) != 1)
        throw Error("the certificate's dates are broken", Exit::usage);
    return Instant{std::chrono::seconds{::timegm(&fields)}};
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
    if (family == AF_INET6 && ASN1_STRING_length(bytes) != 16)
        return {};
    ::inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size());
    return text.data();
}

/// One part of a distinguished name in UTF-8; empty when there is none.
std::string name_text(const X509_NAME* name, int part) {
    int at = X509_NAME_get_index_by_NID(name, part, -1);
    if (at < 0)
        return {};
    unsigned char* text = nullptr;
    int length =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (length < 0)
        return {};
    std::string copy(reinterpret_cast<char*>(text), static_cast<std::size_t>(length));
    OPENSSL_free(text);
    return copy;
}

} // namespace

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

void wipe(Bytes& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

bool is_subject_name(const std::string& name) {
    return is_address(name) || is_host_name(name);
}

CertificatePair make_certificate(const std::vector<std::string>& names, Instant from,
                                 Instant until) {
    std::string list = alternative_names(names);
    ERR_clear_error();
    Key key{EVP_EC_gen("P-256")};
    Certificate certificate{X509_new()};
    must(key && certificate);
    X509* raw = certificate.get();

    must(X509_set_version(raw, X509_VERSION_3) == 1);
    // RFC 5280, 4.1.2.2: positive, at most 20 bytes, and ours must not repeat.
    std::array<unsigned char, 16> serial{};
    must(RAND_bytes(serial.data(), serial.size()) == 1);
    serial[0] = static_cast<unsigned char>((serial[0] & 0x7f) | 0x40);
    std::unique_ptr<BIGNUM, OpensslFree<BN_free>> number{
        BN_bin2bn(serial.data(), serial.size(), nullptr)};
    must(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(raw)));
    set_time(X509_getm_notBefore(raw), from);
    set_time(X509_getm_notAfter(raw), until);

    // RFC 5280 allows 64 bytes here; clients look at the alternative names.
    std::string common = ("imgserve " + (names.empty() ? "" : names.front())).substr(0, 64);
    X509_NAME* subject = X509_get_subject_name(raw);
    must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1,
                                    0) == 1);
    must(X509_set_issuer_name(raw, subject) == 1);
    must(X509_set_pubkey(raw, key.get()) == 1);
    extend(raw, NID_basic_constraints, "critical,CA:FALSE");
    extend(raw, NID_key_usage, "critical,digitalSignature");
    extend(raw, NID_ext_key_usage, "serverAuth");
    extend(raw, NID_subject_key_identifier, "hash");
    if (!list.empty())
        extend(raw, NID_subject_alt_name, list);
    must(X509_sign(raw, key.get(), EVP_sha256()) > 0);

    Bio certificate_text{BIO_new(BIO_s_mem())}, key_text{BIO_new(BIO_s_mem())};
    must(certificate_text && key_text);
    must(PEM_write_bio_X509(certificate_text.get(), raw) == 1);
    must(PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                       nullptr) == 1);
    return {text_in(certificate_text.get()), text_in(key_text.get())};
}

CertificateFacts read_certificate(std::string_view pem) {
    ERR_clear_error();
    Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    Certificate certificate{bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)
                                : nullptr};
    ERR_clear_error();
    if (!certificate)
        throw Error("not a certificate in PEM form", Exit::usage);
    CertificateFacts facts;
    facts.not_before = instant_of(X509_get0_notBefore(certificate.get()));
    facts.not_after = instant_of(X509_get0_notAfter(certificate.get()));
    const X509_NAME* issuer = X509_get_issuer_name(certificate.get());
    facts.is_self_signed = X509_self_signed(certificate.get(), 0) == 1;
    facts.issuer = name_text(issuer, NID_organizationName);
    if (facts.issuer.empty())
        facts.issuer = name_text(issuer, NID_commonName);
    AlternativeNames names{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr))};
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS)
            facts.names.emplace_back(
                reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        else if (name->type == GEN_IPADD)
            facts.names.push_back(address_text(name->d.iPAddress));
    }
    return facts;
}

} // namespace img
