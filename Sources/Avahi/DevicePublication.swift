internal import Glibc

/// The announcement of a device, on the thread of the client.
///
/// It ends with this object.
@safe public final class DevicePublication: CustomStringConvertible {
    public let service: DeviceService
    /// The announced name; it differs from the device's if another device in the network has that name.
    public private(set) var name: String

    private let client: AvahiClient
    private var group: OpaquePointer?
    private var state = State.uncommitted
    private var renamings = 0

    private enum State: Int32 {
        case uncommitted
        case registering
        case established
        case collision
        case failed
    }

    /// Starts the announcement.
    public init(_ service: DeviceService, by client: AvahiClient) throws(AvahiError) {
        (self.service, self.client) = (service, client)
        name = service.object.fitting()
        unsafe group = client.functions.newGroup(
            client.pointer,
            { _, state, context in
                guard let context = unsafe context else { return }
                let publication = unsafe Unmanaged<DevicePublication>.fromOpaque(context).takeUnretainedValue()
                publication.state = State(rawValue: state) ?? .failed
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        guard unsafe group != nil else { throw AvahiError(client.lastError) }
        try announce()
    }

    deinit {
        if let group = unsafe group { _ = unsafe client.functions.freeGroup(group) }
    }

    public var description: String {
        let text = "\(service.object) announced by mDNS"
        return renamings == 0 ? text : "\(text) as '\(name)', since another device is announced as \(service.object)"
    }

    /// Whether the network can see it by now.
    ///
    /// Chooses another name if the one it had belongs to another device.
    public func isEstablished() throws(AvahiError) -> Bool {
        switch state {
        case .established: return true
        case .uncommitted, .registering: return false
        case .collision:
            try rename()
            try announce()
            return false
        case .failed: throw AvahiError(client.lastError)
        }
    }

    private func announce() throws(AvahiError) {
        _ = unsafe client.functions.reset(group)
        state = .uncommitted
        var status = add()
        while status == Self.collision {
            try rename()
            status = add()
        }
        if status == 0 { status = unsafe client.functions.commit(group) }
        guard status == 0 else { throw AvahiError(client.functions.text(of: status)) }
    }

    /// AVAHI_ERR_COLLISION: another service of this computer already has the name.
    private static let collision: Int32 = -8

    private func add() -> Int32 {
        var texts: OpaquePointer?
        for (key, value) in service.properties.sorted(by: { $0.key > $1.key }) {
            unsafe texts = client.functions.addPair(texts, key, value)
        }
        defer { unsafe client.functions.freeTexts(texts) }
        return unsafe client.functions.addService(
            group,
            service.interface,
            service.family.rawValue,
            0,
            name,
            DeviceService.type,
            nil,
            nil,
            service.port,
            texts
        )
    }

    /// `Camera`, then `Camera @ scope-pc`, then `Camera @ scope-pc #2`.
    private func rename() throws(AvahiError) {
        renamings += 1
        guard renamings < 100 else { throw AvahiError("all of 100 names tried belong to other devices") }
        if renamings == 1, let host = client.hostName {
            name = service.object.fitting(with: " @ \(host)")
        } else if let other = unsafe client.functions.alternative(name) {
            name = unsafe String(cString: other)
            unsafe client.functions.freeMemory(other)
        }
    }
}

/// The announced facts about a device: its address and its kind.
public struct DeviceService: Sendable, Hashable {
    /// The service type.
    ///
    /// None is registered for Pyro; this one is as short as RFC 6335 requires.
    static let type = "_pyro4._tcp"

    /// The id of the Pyro object.
    public let object: String
    public let port: UInt16
    public let interface: Int32
    public let family: Reach.Family
    /// The TXT records, `object` among them.
    public let properties: [String: String]

    /// - Parameters:
    ///   - properties: those longer than a TXT record can be are left out.
    public init(
        object: String,
        port: UInt16,
        interface: Int32,
        family: Reach.Family,
        properties: [String: String]
    ) {
        (self.object, self.port, self.interface, self.family) = (object, port, interface, family)
        self.properties = properties.merging(["object": object]) { $1 }.filter {
            $0.key.utf8.count + 1 + $0.value.utf8.count <= 255
        }
    }
}

extension String {
    /// The part that fits into a service name, which is one DNS label of 63 bytes.
    func fitting(with end: String = "") -> String {
        var text = self
        while text.utf8.count + end.utf8.count > 63, !text.isEmpty { text.removeLast() }
        return text + end
    }
}

/// The part of the network that can reach a server, by the address that the server listens at.
public enum Reach: Sendable, Hashable {
    /// Through all interfaces of this computer, or through the one with a number, over IPv4, IPv6, or both.
    case network(interface: Int32, family: Family)
    /// Programs on this computer only.
    case thisComputer

    /// The address families, with avahi's numbers.
    public enum Family: Int32, Sendable {
        case both = -1
        case v4
        case v6
    }

    static let everyInterface: Int32 = -1

    /// - Parameter address: in digits, as a socket reports it.
    public init(address: String) {
        switch address {
        case "0.0.0.0": self = .network(interface: Self.everyInterface, family: .v4)
        // Linux accepts IPv4 there as well.
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
        return String(decoding: host.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }
}
