import Devices
import Testing

@testable import Lasers

/// Each laser that there is a driver for: a new one has its line here.
struct LaserKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What it has unless told otherwise.
    let trigger: TriggerType
    let makeBench: @Sendable () throws -> any AnyBench

    init(
        _ name: String,
        trigger: TriggerType = .software,
        _ makeBench: @escaping @Sendable () throws -> any AnyBench
    ) {
        (testDescription, self.trigger, self.makeBench) = (name, trigger, makeBench)
    }

    static let all: [LaserKind] = [
        LaserKind("cobolt") { try cobolt() },
        LaserKind("obis") { try obis() },
        LaserKind("sapphire") { try sapphire() },
        LaserKind("deepstar", trigger: .risingEdge) { try deepStar() },
    ]

    static func cobolt(_ laser: SimulatedCobolt = .init()) throws -> Bench<CoboltCommands, SimulatedCobolt> {
        try Bench(CoboltCommands(), laser, CoboltCommands.format, CoboltCommands.port)
    }

    static func obis(_ laser: SimulatedOBIS = .init()) throws -> Bench<OBISCommands, SimulatedOBIS> {
        try Bench(OBISCommands(), laser, OBISCommands.format, OBISCommands.port)
    }

    static func deepStar(_ laser: SimulatedDeepStar = .init()) throws -> Bench<DeepStarCommands, SimulatedDeepStar> {
        try Bench(DeepStarCommands(), laser, DeepStarCommands.format, DeepStarCommands.port)
    }

    static func sapphire(_ laser: SimulatedSapphire = .init()) throws -> Bench<SapphireCommands, SimulatedSapphire> {
        try Bench(SapphireCommands(), laser, SapphireCommands.format, SapphireCommands.port)
    }
}
