import Devices
import Testing

@testable import Lasers

/// A laser that has a driver; each new driver has its row here.
struct LaserKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The name of its driver.
    let driver: String
    /// The default trigger type.
    let trigger: TriggerType
    /// The information that no known command returns.
    let lacks: Set<Part>
    /// Whether it takes a power only while it is on.
    let takesPowerWhenOn: Bool
    /// The starts of commands that change what outlives a session: autostart, delays, modes.
    let lasting: [String]
    let makeSetup: @Sendable () throws -> any AnySetup

    init(
        _ name: String,
        driver: String? = nil,
        trigger: TriggerType = .software,
        lacks: Set<Part> = [],
        lasting: [String] = [],
        takesPowerWhenOn: Bool = false,
        _ makeSetup: @escaping @Sendable () throws -> any AnySetup
    ) {
        (testDescription, self.driver, self.trigger, self.lacks) = (name, driver ?? name, trigger, lacks)
        (self.lasting, self.takesPowerWhenOn, self.makeSetup) = (lasting, takesPowerWhenOn, makeSetup)
    }

    enum Part { case interlock, key, fault, hours }

    /// The lasers that report something.
    static func reporting(_ part: Part) -> [LaserKind] { all.filter { !$0.lacks.contains(part) } }

    static let all: [LaserKind] = [
        LaserKind("cobolt", lasting: ["@cobas ", "@cobasdr ", "@cob1", "@cob0", "cp", "ci", "em", "sdmes", "sames"]) {
            try cobolt()
        },
        LaserKind(
            "cobolt-12v",
            driver: "cobolt",
            lasting: ["autostart:enabled ", "laser:runmode ", "laser:pm:", "abort"]
        ) {
            try CoboltTests.twelveVolt()
        },
        LaserKind("obis", lasting: ["SYST:CDRH ", "SYST:AUT ", "SOUR:AM:INT", "SOUR:AM:EXT", "SOUR:TEMP:APR O"]) {
            try obis()
        },
        LaserKind(
            "obis-box",
            lasting: ["SYST2:CDRH ", "SYST2:AUT ", "SOUR2:AM:INT", "SOUR2:AM:EXT", "SOUR2:TEMP:APR O"]
        ) {
            try obisBox()
        },
        LaserKind("sapphire", lasting: ["T=", "E="]) { try sapphire() },
        LaserKind("deepstar", trigger: .risingEdge, lasting: ["AS", "MO", "A2DO"]) { try deepStar() },
        LaserKind("omicron", lasting: ["?SOM", "?SLP", "?POf", "?RsC"]) { try omicron() },
        LaserKind(
            "ibeam",
            lacks: [.interlock, .fault, .hours],
            lasting: ["enable e", "disable", "channel 1", "reset"]
        ) {
            try iBeam()
        },
        LaserKind("stradus", lacks: [.key], lasting: ["DELAY=", "C=", "PUL=", "EPC="], takesPowerWhenOn: true) {
            try stradus()
        },
        LaserKind("oxxius", lasting: ["acc ", "am ", "ttl ", "t ", "cdrh "]) { try oxxius() },
        LaserKind(
            "ichrome",
            lacks: [.hours],
            lasting: ["(param-set! 'laser4:cw", "(param-set! 'laser4:use"]
        ) {
            try iChrome()
        },
        LaserKind("lumencor", lasting: ["SET TTL", "SET MUL", "SET PWR"]) { try lumencor() },
        LaserKind("coolled", lacks: [.interlock, .fault, .hours], lasting: ["LOAD", "PORT"]) { try coolLED() },
    ]

    static func cobolt(_ laser: SimulatedCobolt = .init()) throws -> LaserSetup<CoboltCommands, SimulatedCobolt> {
        try LaserSetup(CoboltCommands(), laser, CoboltCommands.format, CoboltCommands.port)
    }

    static func obis(_ laser: SimulatedOBIS = .init()) throws -> LaserSetup<OBISCommands, SimulatedOBIS> {
        try LaserSetup(OBISCommands(), laser, OBISCommands.format, OBISCommands.port)
    }

    static func obisBox(_ box: SimulatedOBISBox = .init(places: [2])) throws -> EngineSetup<
        OBISBoxCommands, SimulatedOBISBox
    > {
        try EngineSetup(OBISBoxCommands(), "laser2", box, OBISCommands.format, OBISCommands.port)
    }

    static func deepStar(_ laser: SimulatedDeepStar = .init()) throws -> LaserSetup<DeepStarCommands, SimulatedDeepStar>
    {
        try LaserSetup(DeepStarCommands(), laser, DeepStarCommands.format, DeepStarCommands.port)
    }

    static func omicron(_ laser: SimulatedOmicron = .init()) throws -> LaserSetup<OmicronCommands, SimulatedOmicron> {
        try LaserSetup(OmicronCommands(), laser, OmicronCommands.format, OmicronCommands.port)
    }

    static func iBeam(_ laser: SimulatedIBeam = .init()) throws -> LaserSetup<IBeamCommands, SimulatedIBeam> {
        try LaserSetup(IBeamCommands(), laser, IBeamCommands.format, IBeamCommands.port)
    }

    static func stradus(_ laser: SimulatedStradus = .init(delay: .zero)) throws -> LaserSetup<
        StradusCommands, SimulatedStradus
    > {
        try LaserSetup(StradusCommands(), laser, StradusCommands.format, StradusCommands.port)
    }

    static func oxxius(_ laser: SimulatedOxxius = .init()) throws -> LaserSetup<OxxiusCommands, SimulatedOxxius> {
        try LaserSetup(OxxiusCommands(), laser, OxxiusCommands.format, OxxiusCommands.port)
    }

    static func sapphire(_ laser: SimulatedSapphire = .init()) throws -> LaserSetup<SapphireCommands, SimulatedSapphire>
    {
        try LaserSetup(SapphireCommands(), laser, SapphireCommands.format, SapphireCommands.port)
    }

    static func iChrome(_ box: SimulatedIChrome = .init(lasers: [2, 4])) throws -> EngineSetup<
        IChromeCommands, SimulatedIChrome
    > {
        try EngineSetup(IChromeCommands(), "laser4", box, IChromeCommands.format, IChromeCommands.port)
    }

    static func lumencor(_ box: SimulatedLumencor = .init(names: ["BLUE", "RED"])) throws -> EngineSetup<
        LumencorCommands, SimulatedLumencor
    > {
        try EngineSetup(LumencorCommands(), "RED", box, LumencorCommands.format, LumencorCommands.port)
    }

    static func coolLED(_ box: SimulatedCoolLED = .init("A")) throws -> EngineSetup<CoolLEDCommands, SimulatedCoolLED> {
        try EngineSetup(CoolLEDCommands(), "A", box, CoolLEDCommands.format, CoolLEDCommands.port)
    }
}
