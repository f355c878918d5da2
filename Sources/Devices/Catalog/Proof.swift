/// The evidence for a driver: its sources, and the programs by others that agree with it.
///
/// No driver has met its device; its README says what each source contributes.
public struct Proof: Sendable, Hashable {
    /// The models and firmware that the sources name, with the sources.
    public let sources: String
    /// The programs by others that drive the same simulation as the driver, with the same result.
    public let witnesses: [Witness]
    /// The models that the documents name, and that neither a simulation nor a test has.
    public let untested: [String]

    public init(sources: String, witnesses: [Witness] = [], untested: [String] = []) {
        (self.sources, self.witnesses, self.untested) = (sources, witnesses, untested)
    }
}

/// A program by others that agrees with a part of a driver, and the tests that run it.
public struct Witness: Sendable, Hashable {
    /// Its name and version: `zaber-motion 10.3.0`.
    public let program: String
    /// What it agrees on: `moves, limits, errors`.
    public let part: String
    /// The names of the tests in Tests/Witnesses, or in Tests/Clients for python-microscope.
    public let tests: [String]

    /// - Parameters:
    ///   - part: what it agrees on.
    ///   - tests: the names of the tests that run it.
    public init(_ program: String, _ part: String, tests: String...) {
        (self.program, self.part, self.tests) = (program, part, tests)
    }

    /// A driver of python-microscope 0.7.0.
    public static func pythonMicroscope(_ part: String, tests: String...) -> Witness {
        Witness("python-microscope 0.7.0", part, tests)
    }

    private init(_ program: String, _ part: String, _ tests: [String]) {
        (self.program, self.part, self.tests) = (program, part, tests)
    }
}

extension Driver {
    /// The driver with a statement of how far it is proven, which every driver of hardware has.
    public func proven(_ proof: Proof) -> Self {
        var driver = self
        driver.proof = proof
        return driver
    }
}

extension FloatingDriver {
    /// The driver with a statement of how far it is proven, which every driver of hardware has.
    public func proven(_ proof: Proof) -> Self {
        var driver = self
        driver.proof = proof
        return driver
    }
}
