/// The search for one device: the devices seen, and the reason if none matches.
struct USBSearch {
    private let wanted: USBChoice
    /// Whether the device has been open before, so that its absence is not a mistake in the configuration.
    private let isAgain: Bool
    private(set) var candidates: [USBDeviceInfo] = []
    private var seen: [USBDeviceInfo] = []
    private var errors: [USBError] = []
    private var others: [String] = []

    init(_ wanted: USBChoice, isAgain: Bool) {
        self.wanted = wanted
        self.isAgain = isAgain
    }

    /// Starts a round with the devices that are plugged in now.
    mutating func begin(_ devices: [USBDeviceInfo]) {
        (seen, errors, others) = (devices, [], [])
        candidates = wanted.port.map { port in devices.filter { $0.port == port } } ?? devices
        if wanted.port == nil, wanted.serial == nil, devices.count > 1 { candidates = [] }
    }

    /// Whether a serial number is the wanted one.
    mutating func accepts(_ serial: String?, of device: USBDeviceInfo) -> Bool {
        guard let wanted = wanted.serial, wanted.lowercased() != serial?.lowercased() else { return true }
        others.append("the one at USB port \(device.port) has \(serial.map { "serial \($0)" } ?? "no serial number")")
        return false
    }

    /// Notes why a device could not be tried; it may not be the wanted one.
    mutating func note(_ error: any Error) {
        let kind = (error as? USBError)?.kind ?? .failed
        errors.append(USBError(kind, kind == .accessDenied ? "\(error): \(wanted.remedy)" : "\(error)"))
    }

    /// Whether the device may appear by itself in a moment.
    var isWorthWaiting: Bool { errors.contains { $0.kind == .busy || $0.kind == .disconnected } }

    /// The reason why no device was found.
    var failure: USBError {
        if wanted.port == nil, wanted.serial == nil, seen.count > 1 {
            let list = seen.map { "\($0)" }.joined(separator: ", ")
            return USBError(.notFound, "\(seen.count) devices match \(wanted.name); choose one by its port: \(list)")
        }
        let reasons = errors.map(\.description) + others
        guard !reasons.isEmpty || !isAgain else {
            return USBError(.disconnected, "\(wanted.wanted) is unplugged; it will be used again once it is plugged in")
        }
        let kinds = wanted.kinds.map { "\($0)" }.joined(separator: ", ")
        let what = reasons.isEmpty ? "no device of this kind (\(kinds)) is plugged in" : reasons.joined(separator: "; ")
        return USBError(errors.first?.kind ?? .notFound, "\(wanted.wanted): \(what)")
    }
}

/// The choice of one device among those plugged in, and its name for people.
public struct USBChoice: Sendable {
    /// Its name in errors and in the log: `ZWO filter wheel`.
    public var name: String
    public var kinds: [USBKind]
    /// Its serial number, from its descriptors or reported in its own way.
    public var serial: String?
    public var port: USBPort?
    /// The remedy if this user may not use it.
    public var remedy: String

    public init(_ name: String, _ kinds: [USBKind], serial: String? = nil, port: USBPort? = nil, remedy: String) {
        self.name = name
        self.kinds = kinds
        self.serial = serial
        self.port = port
        self.remedy = remedy
    }

    /// The wanted device in words: `ZWO filter wheel with serial 1f21…`.
    var wanted: String {
        name + (serial.map { " with serial \($0)" } ?? "") + (port.map { " at USB port \($0)" } ?? "")
    }
}
