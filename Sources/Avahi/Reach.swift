internal import Glibc

/// From where a server can be reached, by the address that it listens at.
public enum Reach: Sendable, Hashable {
    /// By all interfaces of this computer, or by the one with a number, with IPv4, IPv6, or both.
    case network(interface: Int32, family: Family)
    /// By programs on this computer alone.
    case thisComputer

    /// The numbers that avahi has for them.
    public enum Family: Int32, Sendable {
        case both = -1
        case v4
        case v6
    }

    static let everyInterface: Int32 = -1

    /// - Parameter address: in digits, as a socket tells it.
    public init(address: String) {
        switch address {
        case "0.0.0.0": self = .network(interface: Self.everyInterface, family: .v4)
        // Linux takes IPv4 there as well.
        case "::": self = .network(interface: Self.everyInterface, family: .both)
        case "::1": self = .thisComputer
        case _ where address.hasPrefix("127."): self = .thisComputer
        default:
            self = .network(interface: Self.interface(of: address), family: address.contains(":") ? .v6 : .v4)
        }
    }

    /// The number of the interface that has an address.
    private static func interface(of address: String) -> Int32 {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { return everyInterface }
        defer { unsafe freeifaddrs(list) }
        var next = unsafe list
        while let entry = unsafe next?.pointee {
            if let socketAddress = unsafe entry.ifa_addr, unsafe text(of: socketAddress) == address {
                let index = unsafe if_nametoindex(entry.ifa_name)
                return index == 0 ? everyInterface : Int32(clamping: index)
            }
            unsafe next = entry.ifa_next
        }
        return everyInterface
    }

    private static func text(of address: UnsafeMutablePointer<sockaddr>) -> String? {
        let length: Int
        switch unsafe Int32(address.pointee.sa_family) {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        var host = [CChar](repeating: 0, count: 64)
        let status = unsafe getnameinfo(
            address,
            socklen_t(length),
            &host,
            socklen_t(host.count),
            nil,
            0,
            NI_NUMERICHOST
        )
        guard status == 0 else { return nil }
        return String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
