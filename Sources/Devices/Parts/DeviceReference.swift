internal import Platform

/// A reference to a device that another device uses.
public enum DeviceReference: Sendable, Hashable {
    /// A device of the same configuration, by its name.
    case named(String)
    /// A device anywhere, by its `PYRO:` URI, or by its `MDNS:` URI if it is announced in the local network.
    case at(String)

    /// From the text in a configuration: `RedCamera`, `PYRO:RedCamera@host:8001` or `MDNS:RedCamera`.
    public init(_ text: String) {
        self = ["PYRO:", "MDNS:"].contains(where: text.hasPrefix) ? .at(text) : .named(text)
    }
}

extension DeviceReference: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.init(text) }
}

extension DeviceReference: CustomStringConvertible {
    /// The text in a configuration.
    public var description: String {
        switch self {
        case .named(let name): name
        case .at(let uri): uri
        }
    }
}

/// The list of devices that a driver's options refer to, collected while the options are decoded.
///
/// A decoder carries it under ``CodingUserInfoKey/deviceReferences``.
public final class DeviceReferences: Sendable {
    public struct Entry: Sendable {
        public let reference: DeviceReference
        public let kind: DeviceKind
        /// The keys that lead to the reference.
        public let path: [any CodingKey]
    }

    private let entries = Lock<[Entry]>([])

    public init() {}

    public var all: [Entry] { entries.withLock { $0 } }

    func append(_ reference: DeviceReference, _ kind: DeviceKind, _ path: [any CodingKey]) {
        let entry = Entry(reference: reference, kind: kind, path: path)
        entries.withLock { $0.append(entry) }
    }
}

extension CodingUserInfoKey {
    /// The key under which a decoder carries the ``DeviceReferences``.
    // The initializer fails only for an empty name.
    public static let deviceReferences = CodingUserInfoKey(rawValue: "deviceReferences")!
}

/// The kinds of devices, with their names in messages.
public enum DeviceKind: String, Sendable, CaseIterable {
    case camera
    case lightSource = "light source"
    case filterWheel = "filter wheel"
    case stage
    case deformableMirror = "deformable mirror"
    case controller
    case valueLogger = "value logger"
    case digitalIO = "digital I/O"
    /// A device of none of the other kinds.
    case other = "device"

    /// The kind of a driver's devices.
    public init(of type: any Device.Type) {
        self =
            switch type {
            case is any Camera.Type: .camera
            case is any LightSource.Type: .lightSource
            case is any FilterWheel.Type: .filterWheel
            case is any Stage.Type: .stage
            case is any DeformableMirror.Type: .deformableMirror
            case is any Controller.Type: .controller
            case is any ValueLogger.Type: .valueLogger
            case is any DigitalIO.Type: .digitalIO
            default: .other
            }
    }
}
