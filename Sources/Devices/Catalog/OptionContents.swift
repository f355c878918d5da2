/// The contents of a driver's options that concern more than the driver: references to other devices, drivers that are
/// opened with it, and invalid values.
///
/// It is for options made by a program. When options are decoded, ``DeviceReferences``, ``CameraRequests`` and errors
/// hold the same information.
public struct OptionContents: Sendable {
    public struct Reference: Sendable {
        public let device: DeviceReference
        /// The kind that it has to be; nil for any.
        public let kind: DeviceKind?
        /// The names of the properties that lead to it.
        public let path: [String]
    }

    public private(set) var references: [Reference] = []
    public private(set) var cameraRequests: [CameraRequest] = []
    public private(set) var flaws: [(path: [String], claim: String)] = []

    /// Examines the stored properties of the options, and those of their values.
    public init(_ options: Any) { gather(options, [], depth: 0) }

    /// The references of a function that uses other devices.
    public init(naming devices: [DeviceReference]) {
        references = devices.map { Reference(device: $0, kind: nil, path: []) }
    }

    /// Deeper options would be of a type that contains itself.
    private static let deepest = 16

    private mutating func gather(_ value: Any, _ path: [String], depth: Int) {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle != .optional else {
            if let wrapped = mirror.children.first { gather(wrapped.value, path, depth: depth) }
            return
        }
        if let flaw = (value as? any CheckedOption)?.flaw { flaws.append((path, flaw)) }
        switch value {
        case let part as any ReferringOption:
            references.append(Reference(device: part.reference, kind: part.kind, path: path))
        case let nested as NestedDriver:
            references += nested.driver.references.map { Reference(device: $0, kind: nil, path: path) }
            cameraRequests += nested.driver.cameraRequests
        case let options as any OptionsByName:
            for (name, value) in options.contents { gather(value, path + [name], depth: depth + 1) }
        default:
            // Objects may form a circle, and are not options.
            guard mirror.displayStyle != .class, depth < Self.deepest else { return }
            for child in mirror.children {
                let isProperty = mirror.displayStyle == .struct
                gather(child.value, path + [isProperty ? child.label : nil].compactMap(\.self), depth: depth + 1)
            }
        }
    }
}

/// Options with names that are not property names.
protocol OptionsByName {
    var contents: [(String, Any)] { get }
}

extension NamedOptions: OptionsByName {
    var contents: [(String, Any)] { pairs.map { ($0, $1) } }
}

/// An option that names another device.
protocol ReferringOption {
    var reference: DeviceReference { get }
    var kind: DeviceKind { get }
}

extension PartOption: ReferringOption {
    var kind: DeviceKind { Part.kind }
}

extension ConfiguredDriver {
    /// Adds the devices and drivers that the options name.
    public mutating func refer(to contents: OptionContents) {
        references += contents.references.map(\.device)
        cameraRequests += contents.cameraRequests
    }
}
