/// A driver of devices that only tell which ones they are once they are open, so that each has to be tried.
public struct FloatingDriver<Configuration: Decodable & Sendable>: ConfigurableDriver {
    /// The word for it in configuration files: `andor-sdk3`.
    public let name: String
    /// What it drives, in a line, for `--list-drivers`.
    public let summary: String
    /// How many candidates there are, held ones among them.
    public let count: @Sendable (Configuration, DriverContext) throws -> Int
    /// Opens a candidate, on the thread that will make all calls to it.
    public let open: @Sendable (Int, Configuration, DriverContext) throws -> Candidate
    /// The environment of processes whose simulated hardware is to have devices with these uids.
    public let simulating: @Sendable ([String]) -> [String: String]

    public init(
        _ name: String,
        _ summary: String,
        count: @escaping @Sendable (Configuration, DriverContext) throws -> Int,
        open: @escaping @Sendable (Int, Configuration, DriverContext) throws -> Candidate,
        simulating: @escaping @Sendable ([String]) -> [String: String] = { _ in [:] }
    ) {
        (self.name, self.summary, self.count, self.open, self.simulating) = (name, summary, count, open, simulating)
    }

    public var isFloating: Bool { true }

    public func configured(from decoder: any Decoder) throws -> ConfiguredDriver {
        let candidates = try candidates(from: decoder)
        return ConfiguredDriver(name: name) { context in try candidates.openFirst(context) }
    }
}

/// A floating driver whatever its options, as the server finds it in the catalogue.
public protocol SearchableDriver: ConfigurableDriver {
    /// Reads the driver's own options, the `conf` of a definition.
    func candidates(from decoder: any Decoder) throws -> Candidates
}

extension FloatingDriver: SearchableDriver {
    public func candidates(from decoder: any Decoder) throws -> Candidates {
        let configuration = try Configuration(from: decoder)
        return Candidates(
            name: name,
            count: { [count] context in try count(configuration, context) },
            open: { [open] index, context in try open(index, configuration, context) },
            simulating: simulating
        )
    }
}

/// What can be tried for one definition, in an order that is another one in each process.
public struct Candidates: Sendable {
    public let name: String
    public let count: @Sendable (DriverContext) throws -> Int
    /// Throws for a candidate that is there and cannot be opened.
    public let open: @Sendable (Int, DriverContext) throws -> Candidate
    public let simulating: @Sendable ([String]) -> [String: String]

    /// The first candidate that can be had, for a program with a single one.
    public func openFirst(_ context: DriverContext) throws -> any Device {
        let count = try count(context)
        var held = 0
        var failure: (any Error)?
        for index in 0..<max(0, count) {
            do {
                switch try open(index, context) {
                case .opened(_, let device): return device
                case .heldElsewhere: held += 1
                case .unwanted: break
                }
            } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
        throw DeviceError(.initialise, "no \(name) is free: \(count) are there, \(held) held by other programs")
    }
}

/// What came of trying one candidate.
public enum Candidate {
    case opened(uid: String, any Device)
    /// Another program has it, or another process of this one; which one it is cannot be told.
    case heldElsewhere
    /// It is not one of those that the options ask for, as this text says.
    case unwanted(String)
}
