/// The search for the one device that is meant: what has been seen, and what is wrong if none is it.
struct USBSearch {
    private let wanted: USBChoice
    /// Whether the device has been open before, so that its being away is no mistake.
    private let isAgain: Bool
    private(set) var candidates: [USBDeviceInfo] = []
    private var seen: [USBDeviceInfo] = []
    private var errors: [USBError] = []
    private var others: [String] = []

    init(_ wanted: USBChoice, isAgain: Bool) {
        self.wanted = wanted
        self.isAgain = isAgain
    }

    /// Looks at what is plugged in now.
    mutating func begin(_ devices: [USBDeviceInfo]) {
        (seen, errors, others) = (devices, [], [])
        candidates = wanted.port.map { port in devices.filter { $0.port == port } } ?? devices
        if wanted.port == nil, wanted.serial == nil, devices.count > 1 { candidates = [] }
    }

    /// Whether a serial number is the one that is looked for.
    mutating func accepts(_ serial: String?, of device: USBDeviceInfo) -> Bool {
        guard let wanted = wanted.serial, wanted.lowercased() != serial?.lowercased() else { return true }
        others.append("the one at USB port \(device.port) has \(serial.map { "serial \($0)" } ?? "no serial number")")
        return false
    }

    /// Notes why a device could not be tried, which need not be the one that is looked for.
    mutating func note(_ error: any Error) {
        let kind = (error as? USBError)?.kind ?? .failed
        errors.append(USBError(kind, kind == .accessDenied ? "\(error): \(wanted.remedy)" : "\(error)"))
    }

    /// Whether the device may turn up by itself in a moment.
    var isWorthWaiting: Bool { errors.contains { $0.kind == .busy || $0.kind == .disconnected } }

    /// Why there is no device.
    var failure: USBError {
        if wanted.port == nil, wanted.serial == nil, seen.count > 1 {
            let list = seen.map { "\($0)" }.joined(separator: ", ")
            return USBError(.notFound, "there are \(seen.count) of \(wanted.name), say which by its port: \(list)")
        }
        let reasons = errors.map(\.description) + others
        guard !reasons.isEmpty || !isAgain else {
            return USBError(.disconnected, "\(wanted.wanted) is unplugged; it is used again once it is plugged in")
        }
        let kinds = wanted.kinds.map { "\($0)" }.joined(separator: ", ")
        let what = reasons.isEmpty ? "no such device (\(kinds)) is plugged in" : reasons.joined(separator: "; ")
        return USBError(errors.first?.kind ?? .notFound, "\(wanted.wanted): \(what)")
    }
}

/// Which of the devices that are plugged in is meant, and what people call it.
public struct USBChoice: Sendable {
    /// What it is called in errors and in the log: `ZWO filter wheel`.
    public var name: String
    public var kinds: [USBKind]
    /// Its serial number, by its descriptors or by its own way to tell.
    public var serial: String?
    public var port: USBPort?
    /// What to do if this user may not use it.
    public var remedy: String

    public init(_ name: String, _ kinds: [USBKind], serial: String? = nil, port: USBPort? = nil, remedy: String) {
        self.name = name
        self.kinds = kinds
        self.serial = serial
        self.port = port
        self.remedy = remedy
    }

    /// What is looked for: `ZWO filter wheel with serial 1f21…`.
    var wanted: String {
        name + (serial.map { " with serial \($0)" } ?? "") + (port.map { " at USB port \($0)" } ?? "")
    }
}
