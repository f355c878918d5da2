internal import Glibc
public import Pickle

/// The rules for which clients may connect to a server, and what they may call.
///
/// The most specific network that contains a client's address decides; of two equal ones, the read-only one. The
/// server's own machine counts as an allowed network, so that devices which use each other work under any rules, but it
/// can be made read-only by an entry as specific as `127.0.0.0/8`. The rules do not apply to Unix sockets, which the
/// permissions of their folder protect.
public struct AccessRules: Sendable, Hashable {
    /// The networks whose clients may connect; nil for all.
    public var allowed: [ClientNetwork]?
    /// The networks whose clients may connect, but only call what changes nothing.
    public var readOnly: [ClientNetwork] = []
    /// Methods that only clients in these networks may call, by the method's name.
    public var restricted: [String: [ClientNetwork]] = [:]
    /// Where clients may have data sent to.
    public var callBacks = CallBackRule.own

    public init() {}

    /// The access that a client has.
    public enum Access: Sendable, Equatable {
        case none, readOnly, full
    }

    /// The access of a client, by its address and the address at which it reached the server.
    public func access(of client: Endpoint?, at server: Endpoint?) -> Access {
        guard let address = ClientAddress(client) else { return .full }
        var full = allowed.map { Self.prefix(of: address, in: $0) } ?? -1
        if address.isLoopback {
            full = max(full ?? 0, address.isIPv4 ? 8 : 128)
        } else if address == ClientAddress(server) {
            full = max(full ?? 0, address.bitCount)
        }
        let limited = Self.prefix(of: address, in: readOnly)
        switch (full, limited) {
        case (nil, nil): return .none
        case (nil, _?): return .readOnly
        case (_?, nil): return .full
        case (let full?, let limited?): return limited >= full ? .readOnly : .full
        }
    }

    /// Whether a client may call a method that is restricted to some networks.
    func permits(_ method: String, for client: Endpoint?) -> Bool {
        guard let networks = restricted[method], let address = ClientAddress(client) else { return true }
        return networks.contains { $0.contains(address) }
    }

    /// The longest prefix of the networks that contain an address; nil if none does.
    private static func prefix(of address: ClientAddress, in networks: [ClientNetwork]) -> Int? {
        networks.filter { $0.contains(address) }.map(\.prefix).max()
    }
}

/// A network of clients: one address, or all addresses with the same first bits, such as `192.168.1.0/24`.
public struct ClientNetwork: Sendable, Hashable, CustomStringConvertible {
    private let address: ClientAddress
    let prefix: Int

    /// Reads an address or a network in CIDR notation: `192.168.1.7`, `10.0.0.0/8`, `2001:db8::/32`.
    public init(_ text: String) throws(ClientNetworkError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, let address = ClientAddress(String(host)) else {
            throw ClientNetworkError("'\(text)' is not an IP address or network (example: 192.168.1.0/24)")
        }
        self.address = address
        guard parts.count == 2 else {
            prefix = address.bitCount
            return
        }
        let isNumber = !parts[1].isEmpty && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let prefix = Int(parts[1]), prefix <= address.bitCount else {
            throw ClientNetworkError("'\(text)': the number after '/' must be 0 to \(address.bitCount)")
        }
        self.prefix = prefix
        let network = address.masked(prefix)
        guard network == address else {
            throw ClientNetworkError(
                "'\(text)' is an address within a network: write '\(network)/\(prefix)' for the network or "
                    + "'\(address)' for the address"
            )
        }
    }

    public var description: String { prefix == address.bitCount ? "\(address)" : "\(address)/\(prefix)" }

    func contains(_ other: ClientAddress) -> Bool {
        other.bitCount == address.bitCount && other.masked(prefix) == address
    }
}

/// The reason why a text is not a network of clients.
public struct ClientNetworkError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// An IP address as its bytes.
///
/// An IPv4 address that arrives as an IPv6 one (`::ffff:10.0.0.1`) is an IPv4 address.
struct ClientAddress: Sendable, Hashable, CustomStringConvertible {
    private let bytes: [UInt8]

    var isIPv4: Bool { bytes.count == 4 }
    var bitCount: Int { bytes.count * 8 }
    var isLoopback: Bool { isIPv4 ? bytes[0] == 127 : bytes == Array(repeating: 0, count: 15) + [1] }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// The address of an endpoint; nil for a Unix socket.
    init?(_ endpoint: Endpoint?) {
        guard case .tcp(let host, _)? = endpoint else { return nil }
        self.init(host)
    }

    /// Reads a numeric address, with or without a zone such as `%eth0`.
    init?(_ text: String) {
        let text = String(text.prefix { $0 != "%" })
        var four = in_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            bytes = unsafe withUnsafeBytes(of: four) { unsafe Array($0) }
            return
        }
        var six = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let all = unsafe withUnsafeBytes(of: six) { unsafe Array($0) }
        bytes = all.starts(with: Self.mapped) ? Array(all.dropFirst(Self.mapped.count)) : all
    }

    /// The first bytes of an IPv4 address as an IPv6 one.
    private static let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]

    /// The address with all bits after the first ones set to zero.
    func masked(_ prefix: Int) -> ClientAddress {
        ClientAddress(
            bytes: bytes.enumerated().map { index, byte in
                byte & ~UInt8(truncatingIfNeeded: 0xFF >> min(8, max(0, prefix - 8 * index)))
            }
        )
    }

    var description: String {
        var text = [CChar](repeating: 0, count: 64)
        guard unsafe inet_ntop(isIPv4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else {
            return ""
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }
}
