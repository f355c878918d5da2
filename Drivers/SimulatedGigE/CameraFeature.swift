/// A feature of a simulated camera, of which its GenICam description is made.
///
/// Its value is 32 bits at an address of the camera, unless the kind says otherwise.
public struct CameraFeature: Sendable {
    public enum Kind: Sendable {
        case int(min: String, max: String, step: Int = 1)
        /// A number that the register holds in whole units.
        case float(min: Double, max: Double, unit: String)
        /// A number of 32 bits with a fraction.
        case fraction(unit: String)
        /// The formula of a frequency whose period in µs is in the register.
        case rate
        /// Names and their numbers.
        case choice([(String, Int)])
        case bool
        case text(length: Int)
        /// What is written to the register.
        case command(Int)
        /// A value that is calculated: names of variables, the features they stand for, and the formula.
        case formula([(String, String)], String)
        /// A selector, which has no register.
        case selector([String], of: [String])
    }

    public let name, category: String
    public let kind: Kind
    public let address: Int
    public var access = "RW"
    public var visibility = "Beginner"
    /// The feature that locks this one, and the one without which it is not available.
    public var lock, condition: String?
    /// The selector whose entries have a register each.
    public var selector: String?

    public init(_ name: String, in category: String, _ kind: Kind, at address: Int = 0, access: String = "RW") {
        (self.name, self.category, self.kind, self.address, self.access) = (name, category, kind, address, access)
    }

    public func with(
        visibility: String? = nil,
        lock: String? = nil,
        condition: String? = nil,
        selector: String? = nil
    ) -> Self {
        var feature = self
        feature.visibility = visibility ?? feature.visibility
        feature.lock = lock ?? feature.lock
        feature.condition = condition ?? feature.condition
        feature.selector = selector ?? feature.selector
        return feature
    }

    /// The elements that describe the feature.
    var xml: String {
        let head = "<Visibility>\(visibility)</Visibility>" + tag("pIsLocked", lock) + tag("pIsAvailable", condition)
        switch kind {
        case .int(let min, let max, let step):
            return element(
                "Integer",
                head + "<pValue>\(name)Reg</pValue>" + limit("Min", min) + limit("Max", max)
                    + "<Inc>\(step)</Inc>"
            ) + register()
        case .float(let min, let max, let unit):
            return element(
                "Float",
                head + "<pValue>\(name)Conv</pValue><Min>\(min)</Min><Max>\(max)</Max>"
                    + tag("Unit", unit)
            )
                + element(
                    "Converter",
                    "<FormulaTo>FROM</FormulaTo><FormulaFrom>TO</FormulaFrom>"
                        + "<pValue>\(name)Reg</pValue>",
                    named: name + "Conv"
                ) + register()
        case .fraction(let unit):
            return element("Float", head + "<pValue>\(name)Reg</pValue>" + tag("Unit", unit)) + register("FloatReg")
        case .rate:
            return element("Float", head + "<pValue>\(name)Conv</pValue><Min>0.1</Min><Max>1000</Max><Unit>Hz</Unit>")
                + element(
                    "Converter",
                    "<FormulaTo>(1000000 / FROM)</FormulaTo>"
                        + "<FormulaFrom>(1000000 / TO)</FormulaFrom><pValue>\(name)Reg</pValue>",
                    named: name + "Conv"
                )
                + register()
        case .choice(let entries):
            return element("Enumeration", head + Self.entries(entries) + "<pValue>\(name)Reg</pValue>") + register()
        case .bool: return element("Boolean", head + "<pValue>\(name)Reg</pValue>") + register()
        case .text(let length):
            return "<StringReg Name=\"\(name)\">\(head)<Address>\(address)</Address><Length>\(length)</Length>"
                + "<AccessMode>\(access)</AccessMode><pPort>Device</pPort></StringReg>\n"
        case .command(let value):
            return element("Command", head + "<pValue>\(name)Reg</pValue><CommandValue>\(value)</CommandValue>")
                + register()
        case .formula(let variables, let formula):
            let names = variables.map { "<pVariable Name=\"\($0.0)\">\($0.1)</pVariable>" }.joined()
            return element("IntSwissKnife", head + names + "<Formula>\(formula)</Formula>")
        case .selector(let entries, let selected):
            let numbered = entries.enumerated().map { ($1, $0) }
            return element(
                "Enumeration",
                head + Self.entries(numbered) + "<pValue>\(name)Value</pValue>"
                    + selected.map { "<pSelected>\($0)</pSelected>" }.joined()
            )
                + element("Integer", "<Value>0</Value>", named: name + "Value")
        }
    }

    private func element(_ type: String, _ content: String, named other: String? = nil) -> String {
        "<\(type) Name=\"\(other ?? name)\">\(content)</\(type)>\n"
    }

    private func register(_ type: String = "IntReg") -> String {
        let index = selector.map { "<pIndex Offset=\"0x10\">\($0)Value</pIndex>" } ?? ""
        let sign = type == "IntReg" ? "<Sign>Unsigned</Sign>" : ""
        return element(
            type,
            "<Address>\(address)</Address>\(index)<Length>4</Length><AccessMode>\(access)</AccessMode>"
                + "<pPort>Device</pPort><Cachable>NoCache</Cachable>\(sign)<Endianess>BigEndian</Endianess>",
            named: name + "Reg"
        )
    }

    private func tag(_ name: String, _ content: String?) -> String { content.map { "<\(name)>\($0)</\(name)>" } ?? "" }

    /// A limit that is a number, or the feature that has it.
    private func limit(_ name: String, _ value: String) -> String {
        Int(value) == nil ? "<p\(name)>\(value)</p\(name)>" : "<\(name)>\(value)</\(name)>"
    }

    private static func entries(_ entries: [(String, Int)]) -> String {
        entries.map { "<EnumEntry Name=\"\($0.0)\"><Value>\($0.1)</Value></EnumEntry>" }.joined()
    }
}
