internal import Devices

extension Contract {
    /// A contract that clients find what python-microscope's devices of a kind have.
    ///
    /// What the server adds is not among it: the rows by which clients register for data, `devices` and `axes`.
    static func members<Kind>(
        of _: Kind.Type,
        _ kind: String,
        methods: [String],
        attributes: [String] = []
    ) -> Contract {
        Contract("\(kind) has the members of its kind") { (_: Kind, trial) in
            trial.expectMembers(of: trial.client.interface, methods: methods, attributes: attributes)
        }
    }
}

extension Trial {
    func expectMembers(of interface: RemoteInterface, methods: [String], attributes: [String]) {
        for name in methods where !interface.has(method: name) { violate("there is no method \(name)") }
        for name in attributes where !interface.has(property: name) { violate("there is no attribute \(name)") }
    }
}
