internal import Glibc
internal import Platform

/// A GigE Vision camera, as it describes itself to any program.
public struct GigEDescription: Sendable, Hashable {
    public let vendor, model, serial, userName: String
    /// The hardware address: `00:11:1c:f3:2a:01`.
    public let mac: String
    public let address, mask: IPv4Address
    /// The network card through which it has answered.
    public internal(set) var card: NetworkCard?

    /// The description at the start of a camera's registers; nil if it is cut off.
    public init?(registers bytes: [UInt8]) {
        guard bytes.count >= GVCP.descriptionLength else { return nil }
        typealias Register = GVCP.Register
        vendor = bytes.text(at: Int(Register.vendor), length: 32)
        model = bytes.text(at: Int(Register.model), length: 32)
        serial = bytes.text(at: Int(Register.serial), length: 16)
        userName = bytes.text(at: Int(Register.userName), length: 16)
        mac = bytes[Int(Register.macHigh) + 2..<Int(Register.macLow) + 4]
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
        address = IPv4Address(bytes.number(at: Int(Register.address)) ?? 0)
        mask = IPv4Address(bytes.number(at: Int(Register.mask)) ?? 0)
    }

    /// Whether packets for the camera would leave through the card that it is at.
    public var isInNetworkOfCard: Bool {
        guard let card else { return true }
        return address.isInNetwork(of: card.address, mask: card.mask)
    }
}

/// An address of one of the computer's network cards.
public struct NetworkCard: Sendable, Hashable {
    public let name: String
    public let address, mask: IPv4Address

    public init(name: String, address: IPv4Address, mask: IPv4Address) {
        (self.name, self.address, self.mask) = (name, address, mask)
    }

    /// The addresses of all cards that are up.
    public static var all: [NetworkCard] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&first) == 0 else { return [] }
        defer { unsafe freeifaddrs(first) }
        var cards: [NetworkCard] = []
        var next = unsafe first
        while let entry = unsafe next?.pointee {
            unsafe next = entry.ifa_next
            guard unsafe entry.ifa_flags & UInt32(IFF_UP) != 0 else { continue }
            guard let address = unsafe Self.address(entry.ifa_addr), let mask = unsafe Self.address(entry.ifa_netmask)
            else { continue }
            cards.append(NetworkCard(name: unsafe String(cString: entry.ifa_name), address: address, mask: mask))
        }
        return cards
    }

    private static func address(_ pointer: UnsafeMutablePointer<sockaddr>?) -> IPv4Address? {
        guard let pointer = unsafe pointer, unsafe Int32(pointer.pointee.sa_family) == AF_INET else { return nil }
        return unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            IPv4Address(UInt32(bigEndian: unsafe $0.pointee.sin_addr.s_addr))
        }
    }
}

/// Questions to GigE Vision cameras that any program may ask, even if another one controls them.
public enum GigEDiscovery {
    /// The cameras that answer a broadcast on any card, those of another subnet included.
    ///
    /// - Parameter limit: how long answers are waited for, on all cards together.
    public static func cameras(within limit: Duration = .milliseconds(500)) -> [GigEDescription] {
        let sockets = NetworkCard.all.compactMap { card in
            (try? DatagramSocket(card.address)).map { (card: card, socket: $0) }
        }
        // With the flag a camera of another subnet answers by a broadcast.
        let question = GVCP.Message.command(.discovery, id: 1, flags: 0x11).bytes
        for (card, socket) in sockets {
            socket.send(question, to: DatagramEndpoint(.broadcast, GVCP.port))
            // The loopback interface has no broadcasts of its own.
            let isLoopback = card.address.number >> 24 == 127
            if isLoopback { socket.send(question, to: DatagramEndpoint(IPv4Address(0x7fff_ffff), GVCP.port)) }
        }
        let end = ContinuousClock.now + limit
        var found: [GigEDescription] = []
        // More than any network has.
        while ContinuousClock.now < end, found.count < 1000 {
            for (card, socket) in sockets {
                guard let (bytes, _) = socket.receive(within: .milliseconds(5)) else { continue }
                guard let answer = GVCP.Message(bytes), !answer.isCommand, answer.status == 0,
                    answer.code == GVCP.Command.discovery.rawValue + 1,
                    var camera = GigEDescription(registers: answer.payload)
                else { continue }
                camera.card = card
                if !found.contains(where: { $0.mac == camera.mac && $0.serial == camera.serial }) {
                    found.append(camera)
                }
            }
            if sockets.isEmpty { break }
        }
        return found
    }

    /// The value of a register, asked up to three times; nil without an answer.
    public static func register(_ address: UInt32, of camera: IPv4Address) -> UInt32? {
        guard let socket = try? DatagramSocket() else { return nil }
        for id in UInt16(1)...3 {
            let question = GVCP.Message.command(.readRegisters, id: id, address.bigEndianBytes)
            socket.send(question.bytes, to: DatagramEndpoint(camera, GVCP.port))
            guard let (bytes, _) = socket.receive(within: .milliseconds(200)), let answer = GVCP.Message(bytes) else {
                continue
            }
            return answer.status == 0 ? answer.payload.number(at: 0) : nil
        }
        return nil
    }

    /// Whether a program controls the camera; nil if it does not say.
    public static func isControlled(_ camera: IPv4Address) -> Bool? {
        register(GVCP.Register.privilege, of: camera).map { $0 & 3 != 0 }
    }

    /// Orders the camera with a hardware address to use an address until it is switched off.
    ///
    /// - Returns: whether it has confirmed that.
    public static func forceIP(
        mac: String,
        address: IPv4Address,
        mask: IPv4Address,
        gateway: IPv4Address = .any
    ) -> Bool {
        guard let payload = forceIPPayload(mac: mac, address, mask, gateway) else { return false }
        let message = GVCP.Message.command(.forceIP, id: 2, flags: 0x11, payload).bytes
        let sockets = NetworkCard.all.compactMap { card in
            (try? DatagramSocket(card.address)).map { ($0, card.address.number >> 24 == 127) }
        }
        for (socket, isLoopback) in sockets {
            let target = isLoopback ? IPv4Address(0x7fff_ffff) : .broadcast
            socket.send(message, to: DatagramEndpoint(target, GVCP.port))
        }
        let end = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < end, !sockets.isEmpty {
            for (socket, _) in sockets {
                guard let (bytes, _) = socket.receive(within: .milliseconds(20)) else { continue }
                guard let answer = GVCP.Message(bytes), answer.code == GVCP.Command.forceIP.rawValue + 1 else {
                    continue
                }
                return answer.status == 0
            }
        }
        return false
    }

    /// The payload of the order; nil if the hardware address is none.
    static func forceIPPayload(
        mac: String,
        _ address: IPv4Address,
        _ mask: IPv4Address,
        _ gateway: IPv4Address
    ) -> [UInt8]? {
        let parts = mac.split(whereSeparator: { ":-".contains($0) }).map { UInt8($0, radix: 16) }
        let bytes = parts.compactMap(\.self)
        guard bytes.count == 6, parts.count == 6 else { return nil }
        let gap = [UInt8](repeating: 0, count: 12)
        return [0, 0] + bytes + gap + address.number.bigEndianBytes + gap + mask.number.bigEndianBytes + gap
            + gateway.number.bigEndianBytes
    }
}
