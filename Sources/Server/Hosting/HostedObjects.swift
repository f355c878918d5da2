internal import Devices
internal import Pickle

/// The properties of an object that are known without a call to it.
struct ObjectDescription: Sendable {
    /// The number by which its host knows it.
    let index: Int
    /// The id by which clients know it.
    let id: String
    /// The id of the device whose part it is; nil for a device of the configuration.
    let owner: String?
    let methods: [String]
    /// The methods that change nothing.
    let readingMethods: Set<String>
    let attributes: [String]
    let decoder: CallDecoder
    /// Whether it emits light, or lets out the light of others.
    let isLightSource: Bool
    /// The request that ends a long call which moves it.
    let stopRequest: StopRequest?
    /// The kind of light that it emits, lets out, or may switch by its lines.
    let lightKind: LightKind?
    /// Whether it has digital lines.
    let hasLines: Bool
    /// The stream of its data, if it is a data device.
    let stream: DataStream?
    /// The faults that can be ordered for it.
    let faults: OrderedFaults?
}

/// The parts of a device that clients reach by ids of their own: the axes of a stage, the devices of a controller.
struct Parts {
    /// The attribute under which clients find them.
    let attribute: String
    let objects: [(name: String, id: String, object: any RemoteObject)]

    init(_ attribute: String, of id: String, _ objects: [(name: String, object: any RemoteObject)]) {
        self.attribute = attribute
        self.objects = objects.map { ($0.name, "\(id).\(attribute).\(Self.escaped($0.name))", $0.object) }
    }

    /// The attribute's value: a dictionary of proxies by name.
    var references: PythonDictionary {
        PythonDictionary(objects.map { (PythonValue.str($0.name), PythonValue.reference($0.id)) })
    }

    /// The name with percent escapes for spaces and `@`, which a URI cannot hold in an object's id.
    private static func escaped(_ name: String) -> String {
        name.unicodeScalars.map { scalar in
            scalar.properties.isWhitespace || scalar == "@" || scalar == "%"
                ? String(scalar).utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                : String(scalar)
        }.joined()
    }
}
