import Devices
import Testing

@testable import Lasers

/// Each laser that there is a driver for: a new one has its line here.
struct LaserKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What it has unless told otherwise.
    let trigger: TriggerType
    /// What it does not tell, by any command that is known.
    let lacks: Set<Part>
    let makeBench: @Sendable () throws -> any AnyBench

    init(
        _ name: String,
        trigger: TriggerType = .software,
        lacks: Set<Part> = [],
        _ makeBench: @escaping @Sendable () throws -> any AnyBench
    ) {
        (testDescription, self.trigger, self.lacks, self.makeBench) = (name, trigger, lacks, makeBench)
    }

    enum Part { case interlock, key, fault, hours }

    /// Those that tell of something.
    static func telling(_ part: Part) -> [LaserKind] { all.filter { !$0.lacks.contains(part) } }

    static let all: [LaserKind] = [
        LaserKind("cobolt") { try cobolt() },
        LaserKind("obis") { try obis() },
        LaserKind("sapphire") { try sapphire() },
        LaserKind("deepstar", trigger: .risingEdge) { try deepStar() },
        LaserKind("omicron") { try omicron() },
        LaserKind("ibeam", lacks: [.interlock, .fault, .hours]) { try iBeam() },
        LaserKind("stradus", lacks: [.key]) { try stradus() },
        LaserKind("oxxius") { try oxxius() },
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

    static func omicron(_ laser: SimulatedOmicron = .init()) throws -> Bench<OmicronCommands, SimulatedOmicron> {
        try Bench(OmicronCommands(), laser, OmicronCommands.format, OmicronCommands.port)
    }

    static func iBeam(_ laser: SimulatedIBeam = .init()) throws -> Bench<IBeamCommands, SimulatedIBeam> {
        try Bench(IBeamCommands(), laser, IBeamCommands.format, IBeamCommands.port)
    }

    static func stradus(_ laser: SimulatedStradus = .init()) throws -> Bench<StradusCommands, SimulatedStradus> {
        try Bench(StradusCommands(), laser, StradusCommands.format, StradusCommands.port)
    }

    static func oxxius(_ laser: SimulatedOxxius = .init()) throws -> Bench<OxxiusCommands, SimulatedOxxius> {
        try Bench(OxxiusCommands(), laser, OxxiusCommands.format, OxxiusCommands.port)
    }

    static func sapphire(_ laser: SimulatedSapphire = .init()) throws -> Bench<SapphireCommands, SimulatedSapphire> {
        try Bench(SapphireCommands(), laser, SapphireCommands.format, SapphireCommands.port)
    }
}
