/// What a driver's options, made by a program, name outside of themselves: other devices, and drivers that are opened
/// with it.
///
/// Where options are decoded, ``DeviceReferences`` and ``FloatingParts`` tell the same.
public struct OptionContents: Sendable {
    /// The devices, and of which kind each has to be; nil for any.
    public private(set) var references: [(reference: DeviceReference, kind: DeviceKind?)] = []
    public private(set) var floatingParts: [FloatingPart] = []

    /// Looks at the stored properties of the options, and at those of their values.
    public init(_ options: Any) { gather(options, depth: 0) }

    /// Options that are deeper would be of a type that holds itself.
    private static let deepest = 16

    private mutating func gather(_ value: Any, depth: Int) {
        switch value {
        case let part as any ReferringOption: references.append((part.reference, part.kind))
        case let nested as NestedDriver:
            references += nested.driver.references.map { ($0, nil) }
            floatingParts += nested.driver.floatingParts
        default:
            let mirror = Mirror(reflecting: value)
            // Objects may lead round in a circle, and are no options.
            guard mirror.displayStyle != .class, depth < Self.deepest else { return }
            for child in mirror.children { gather(child.value, depth: depth + 1) }
        }
    }
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
    /// Notes what the driver's options name.
    public mutating func refer(to contents: OptionContents) {
        references += contents.references.map(\.reference)
        floatingParts += contents.floatingParts
    }
}
