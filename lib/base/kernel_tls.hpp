// Whether the kernel can encrypt TLS itself.
#pragma once

namespace img {

/// Tried once on a connection of the process to itself, since that a kernel knows it (tls(4),
/// TCP_ULP "tls") does not say that it may be had: the module is loaded only for those who may. No
/// descriptor stays open. False when anything at all fails.
bool kernel_has_tls();

} // namespace img
