internal import Devices
internal import Pickle

/// The parts of a device that clients reach by ids of their own: a stage's axes, a controller's devices.
struct Parts {
    /// The attribute under which clients find them.
    let attribute: String
    let objects: [(name: String, id: String, object: any RemoteObject)]

    init(_ attribute: String, of id: String, _ objects: [(name: String, object: any RemoteObject)]) {
        self.attribute = attribute
        self.objects = objects.map { ($0.name, "\(id).\(attribute).\(Self.escaped($0.name))", $0.object) }
    }

    /// What clients get: a dictionary of proxies by name.
    var references: PythonDictionary {
        PythonDictionary(objects.map { (PythonValue.str($0.name), PythonValue.reference($0.id)) })
    }

    /// The name with what a URI cannot hold in an object's id, spaces and `@`, written as in web addresses.
    private static func escaped(_ name: String) -> String {
        name.unicodeScalars.map { scalar in
            scalar.properties.isWhitespace || scalar == "@" || scalar == "%"
                ? String(scalar).utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                : String(scalar)
        }.joined()
    }
}
