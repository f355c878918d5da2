internal import Devices
internal import Pickle

/// The names, endpoints and devices that definitions use, none of which may be used twice.
struct ReservedNames {
    private var names: [String: Place] = [:]
    private var endpoints: [(location: PyroURI.Location, place: Place)] = []
    private var floating: [String: [String: Place]] = [:]
    private var attachments: [(attachment: Attachment, place: Place)] = []

    /// All names, including those of definitions with errors.
    var allNames: [String] { names.keys.sorted() }

    /// Throws if another device or group has the name.
    mutating func reserve(name: String, at node: ConfigurationNode) throws(ConfigurationError) {
        if let first = names[name] {
            throw node.error("the name \(name.shown()) is already used in \(first.seen(from: node.place))")
        }
        names[name] = node.place
    }

    /// Throws if another definition has the floating device.
    mutating func reserve(_ part: CameraRequest, at node: ConfigurationNode) throws(ConfigurationError) {
        let driver = part.candidates.driver
        if let first = floating[driver]?[part.uid] {
            throw node.error("the \(driver) \(part.uid.shown()) is already used in \(first.seen(from: node.place))")
        }
        floating[driver, default: [:]][part.uid] = node.place
    }

    /// Throws if another definition may have the same serial port or USB device.
    ///
    /// Serial ports are compared as they are written; ``ServerConfiguration/findings()`` compares where they lead to.
    mutating func reserve(_ attachment: Attachment, at node: ConfigurationNode) throws(ConfigurationError) {
        if let first = attachments.first(where: { $0.attachment.clashes(with: attachment) }) {
            // The one that selects no device explains the clash.
            let title = first.attachment.selectsNothing ? first.attachment.title : attachment.title
            throw node.error("\(title) is already used in \(first.place.seen(from: node.place))")
        }
        attachments.append((attachment, node.place))
    }

    /// Throws if another definition listens there.
    mutating func reserve(_ location: PyroURI.Location, at node: ConfigurationNode) throws(ConfigurationError) {
        if let first = endpoints.first(where: { $0.location.clashes(with: location) }) {
            let what =
                switch location {
                case .tcp(let host, let port): "port \(port) of \(host)"
                case .unix(let path): "the socket \(path)"
                }
            throw node.error("\(what) is already used in \(first.place.seen(from: node.place))")
        }
        endpoints.append((location, node.place))
    }
}

extension PyroURI.Location {
    /// Whether two servers cannot both listen there.
    fileprivate func clashes(with other: Self) -> Bool {
        switch (self, other) {
        case (.tcp(let host, let port), .tcp(let otherHost, let otherPort)):
            // The kernel chooses another port for each definition with port 0.
            let isShared =
                Self.address(host) == Self.address(otherHost)
                || [host, otherHost].contains(where: Self.everyAddress.contains)
            return port != 0 && port == otherPort && isShared
        case (.unix(let path), .unix(let otherPath)):
            return path == otherPath
        default:
            return false
        }
    }

    private static func address(_ host: String) -> String {
        host.lowercased() == "localhost" ? "127.0.0.1" : host.lowercased()
    }

    private static let everyAddress: Set<String> = ["0.0.0.0", "::"]
}

extension Attachment {
    /// Whether two devices can be one.
    fileprivate func clashes(with other: Self) -> Bool {
        switch (self, other) {
        case (.serialPort(let port?), .serialPort(let otherPort?)): return port == otherPort
        case (.usb(let kinds, let serial, let port), .usb(let otherKinds, let otherSerial, let otherPort)):
            guard !Set(kinds).isDisjoint(with: otherKinds) else { return false }
            if let serial, let otherSerial { return serial == otherSerial }
            if let port, let otherPort { return port == otherPort }
            // One of them selects no device, and so may get the other's.
            return serial == nil && port == nil || otherSerial == nil && otherPort == nil
        case (.video(let path, let serial, let port), .video(let otherPath, let otherSerial, let otherPort)):
            if let path, let otherPath { return path == otherPath }
            if let serial, let otherSerial, serial != otherSerial { return false }
            if let port, let otherPort { return port == otherPort }
            if serial != nil, otherSerial != nil { return true }
            // One of them takes any camera, and so may get the other's.
            return path == nil && serial == nil && port == nil
                || otherPath == nil && otherSerial == nil && otherPort == nil
        default: return false
        }
    }

    /// Whether it is any USB device of its kind.
    fileprivate var selectsNothing: Bool { if case .usb(_, nil, nil) = self { true } else { false } }

    /// The attachment in an error message.
    fileprivate var title: String {
        switch self {
        case .serialPort(let port): "the serial port \((port ?? "").shown())"
        case .usb(_, let serial?, _): "the USB device with the serial number \(serial.shown())"
        case .usb(_, _, let port?): "the USB device at port \(port.shown())"
        case .usb: "a USB device of this kind, selected by neither serial number nor port,"
        case .video(let path?, _, _): "the camera at \(path.shown())"
        case .video(_, let serial?, _): "the camera with the serial number \(serial.shown())"
        case .video(_, _, let port?): "the camera at USB port \(port.shown())"
        case .video: "a camera selected by neither serial number nor port"
        }
    }
}
