/// The messages of GigE Vision's control protocol, GVCP.
public enum GVCP {
    /// The port at which every camera listens.
    public static let port: UInt16 = 3956

    public enum Command: UInt16, Sendable {
        case discovery = 0x0002
        case forceIP = 0x0004
        case packetResend = 0x0040
        case readRegisters = 0x0080
        case writeRegisters = 0x0082
        case readMemory = 0x0084
        case writeMemory = 0x0086
    }

    /// The results that an answer can have.
    public enum Status: UInt16, Sendable {
        case success = 0
        case notImplemented = 0x8001
        case invalidParameter = 0x8002
        case invalidAddress = 0x8003
        case writeProtected = 0x8004
        case badAlignment = 0x8005
        case accessDenied = 0x8006
        case busy = 0x8007
        case packetUnavailable = 0x800c
    }

    /// The registers that every camera has, by their addresses.
    public enum Register {
        public static let version: UInt32 = 0x000, mode: UInt32 = 0x004
        public static let macHigh: UInt32 = 0x008, macLow: UInt32 = 0x00c
        public static let address: UInt32 = 0x024, mask: UInt32 = 0x034, gateway: UInt32 = 0x044
        public static let vendor: UInt32 = 0x048, model: UInt32 = 0x068, deviceVersion: UInt32 = 0x088
        public static let info: UInt32 = 0x0a8, serial: UInt32 = 0x0d8, userName: UInt32 = 0x0e8
        public static let url: UInt32 = 0x200, secondURL: UInt32 = 0x400
        public static let interfaces: UInt32 = 0x600, channels: UInt32 = 0x904, capabilities: UInt32 = 0x934
        public static let heartbeat: UInt32 = 0x938
        public static let tickHigh: UInt32 = 0x93c, tickLow: UInt32 = 0x940
        public static let timeControl: UInt32 = 0x944, timeHigh: UInt32 = 0x948, timeLow: UInt32 = 0x94c
        public static let privilege: UInt32 = 0xa00
        public static let streamPort: UInt32 = 0xd00, packetSize: UInt32 = 0xd04, packetDelay: UInt32 = 0xd08
        public static let destination: UInt32 = 0xd18
    }

    /// The number of bytes that describe a camera in its answer to a discovery.
    public static let descriptionLength = 0xf8

    /// A command, or an answer to one.
    public struct Message: Sendable, Equatable {
        /// For a command 0x42; for an answer the status's upper byte is 0 or 0x80.
        public var isCommand: Bool
        /// For a command its flags, for an answer its status.
        public var flags: UInt8
        public var status: UInt16
        public var code: UInt16
        public var id: UInt16
        public var payload: [UInt8]

        public static func command(_ command: Command, id: UInt16, flags: UInt8 = 1, _ payload: [UInt8] = []) -> Self {
            Message(isCommand: true, flags: flags, status: 0, code: command.rawValue, id: id, payload: payload)
        }

        public static func answer(_ code: UInt16, id: UInt16, _ status: Status, _ payload: [UInt8] = []) -> Self {
            Message(isCommand: false, flags: 0, status: status.rawValue, code: code, id: id, payload: payload)
        }

        private init(isCommand: Bool, flags: UInt8, status: UInt16, code: UInt16, id: UInt16, payload: [UInt8]) {
            (self.isCommand, self.flags, self.status) = (isCommand, flags, status)
            (self.code, self.id, self.payload) = (code, id, payload)
        }

        /// A message in a datagram; nil if it is not one.
        public init?(_ bytes: [UInt8]) {
            guard bytes.count >= 8, let length = bytes.word(at: 4), bytes.count >= 8 + Int(length) else { return nil }
            isCommand = bytes[0] == 0x42
            guard isCommand || bytes[0] == 0 || bytes[0] == 0x80 else { return nil }
            flags = isCommand ? bytes[1] : 0
            status = isCommand ? 0 : bytes.word(at: 0) ?? 0
            code = bytes.word(at: 2) ?? 0
            id = bytes.word(at: 6) ?? 0
            payload = Array(bytes[8..<8 + Int(length)])
        }

        public var bytes: [UInt8] {
            let start = isCommand ? [0x42, flags] : status.bigEndianBytes
            return start + code.bigEndianBytes + UInt16(truncatingIfNeeded: payload.count).bigEndianBytes
                + id.bigEndianBytes + payload
        }

        /// Whether the sender wants an answer.
        public var wantsAnswer: Bool { isCommand && flags & 1 != 0 }
    }
}

extension FixedWidthInteger {
    /// The bytes of a number on the wire, the highest first.
    public var bigEndianBytes: [UInt8] {
        (0..<Self.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) }
    }
}

extension Array<UInt8> {
    /// The 16 bits at an offset; nil if they are not all there.
    public func word(at offset: Int) -> UInt16? {
        guard offset >= 0, offset + 2 <= count else { return nil }
        return UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
    }

    /// The 32 bits at an offset; nil if they are not all there.
    public func number(at offset: Int) -> UInt32? {
        guard let high = word(at: offset), let low = word(at: offset + 2) else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    /// The text of a field that zeros fill up.
    public func text(at offset: Int, length: Int) -> String {
        guard offset >= 0, offset + length <= count else { return "" }
        return String(decoding: self[offset..<offset + length].prefix { $0 != 0 }, as: UTF8.self)
    }
}
