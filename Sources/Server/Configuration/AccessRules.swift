internal import Glibc

/// The addresses from which clients may connect, and those from which they may only read.
public struct AccessRules: Sendable, Hashable {
    /// Nil allows any address.
    public var allowed: [Network]?
    public var readOnly: [Network] = []

    public init(allowed: [Network]? = nil, readOnly: [Network] = []) {
        (self.allowed, self.readOnly) = (allowed, readOnly)
    }

    public enum Access: Sendable { case full, readOnly, none }

    /// The access of a client at an address.
    ///
    /// Clients of Unix sockets are on this machine and have full access.
    public func access(from address: String) -> Access {
        if let allowed, !allowed.contains(where: { $0.contains(address) }) { return .none }
        return readOnly.contains { $0.contains(address) } ? .readOnly : .full
    }
}

/// A network of IPv4 or IPv6 addresses: `192.168.7.0/24`, `fe80::/10`; without a length, a single address.
public struct Network: Sendable, Hashable, CustomStringConvertible {
    public let description: String
    private let bytes: [UInt8]
    private let length: Int

    /// Nil if the text is not an address or network, or has bits beyond its length.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.bytes(of: String(parts[0])) else { return nil }
        var length = bytes.count * 8
        if parts.count == 2 {
            guard parts[1].allSatisfy({ ("0"..."9").contains($0) }), let number = Int(parts[1]), number <= length else {
                return nil
            }
            length = number
        }
        guard Self.masked(bytes, length) == bytes else { return nil }
        (description, self.bytes, self.length) = (text, bytes, length)
    }

    public func contains(_ address: String) -> Bool {
        // The zone of a link-local address: fe80::1%eth0.
        guard let bytes = Self.bytes(of: String(address.prefix { $0 != "%" })) else { return false }
        return bytes.count == self.bytes.count && Self.masked(bytes, length) == self.bytes
    }

    /// The bytes of an address in network order.
    ///
    /// An IPv4 address within IPv6 counts as IPv4.
    private static func bytes(of address: String) -> [UInt8]? {
        if let bytes = bytes(of: address, AF_INET, count: 4) { return bytes }
        guard let bytes = bytes(of: address, AF_INET6, count: 16) else { return nil }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }

    private static func bytes(of address: String, _ family: CInt, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let isValid = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(family, address, $0.baseAddress) == 1 }
        return isValid ? bytes : nil
    }

    private static func masked(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(length - index * 8, 0), 8)
            return kept == 0 ? 0 : byte & (0xff << (8 - UInt8(kept)))
        }
    }
}

extension Expectation<Network> {
    static var network: Self {
        Expectation("an address or network such as 192.168.7.12 or 192.168.7.0/24") { Network($0.text) }
    }
}
