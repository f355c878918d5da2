import Lasers
import Testing

@testable import Lasers

/// Each laser that there is a driver for: a new one has its line here.
struct LaserKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let makeBench: @Sendable () throws -> any AnyBench

    init(_ name: String, _ makeBench: @escaping @Sendable () throws -> any AnyBench) {
        (testDescription, self.makeBench) = (name, makeBench)
    }

    static let all: [LaserKind] = [
        LaserKind("cobolt") { try cobolt() },
        LaserKind("obis") { try obis() },
        LaserKind("sapphire") { try sapphire() },
    ]

    static func cobolt(_ laser: SimulatedCobolt = .init()) throws -> Bench<CoboltCommands, SimulatedCobolt> {
        try Bench(CoboltCommands(), laser, CoboltCommands.format, CoboltCommands.port)
    }

    static func obis(_ laser: SimulatedOBIS = .init()) throws -> Bench<OBISCommands, SimulatedOBIS> {
        try Bench(OBISCommands(), laser, OBISCommands.format, OBISCommands.port)
    }

    static func sapphire(_ laser: SimulatedSapphire = .init()) throws -> Bench<SapphireCommands, SimulatedSapphire> {
        try Bench(SapphireCommands(), laser, SapphireCommands.format, SapphireCommands.port)
    }
}
