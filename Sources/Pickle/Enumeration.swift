/// An `enum.Enum` of the `microscope` package whose members may be read.
struct Enumeration: Sendable {
    let type: PythonClass
    /// The members by name; several names of one value are aliases.
    private let members: [String: Int]

    static let known = [
        Enumeration(
            "TriggerType",
            ["SOFTWARE": 0, "RISING_EDGE": 1, "HIGH": 1, "FALLING_EDGE": 2, "LOW": 2, "PULSE": 3]
        ),
        Enumeration("TriggerMode", ["ONCE": 1, "BULB": 2, "STROBE": 3, "START": 4]),
        Enumeration("ElectronicShutteringMode", ["GLOBAL": 1, "ROLLING": 2]),
    ]

    private init(_ name: String, _ members: [String: Int]) {
        type = PythonClass("microscope", name)
        self.members = members
    }

    func member(named name: String) throws(PickleError) -> PythonValue {
        guard let value = members[name] else { throw .malformed("a member that \(type) does not have") }
        return .enumMember(type, value)
    }

    /// The member that the class makes of these arguments.
    func member(_ arguments: [PythonValue]) throws(PickleError) -> PythonValue {
        guard arguments.count == 1, case .int(let value) = arguments[0], members.values.contains(value) else {
            throw .malformed("a value that \(type) does not have")
        }
        return .enumMember(type, value)
    }
}
