import Contracts
import Devices
import Foundation
import Simulators
import Testing

/// The devices that the contracts are run on: a new driver adds its lines here.
enum Makers {
    static let all = cameras + wheels + stages + signals + controllers + others

    private static let sensor = SensorShape(width: 60, height: 40)

    private static let cameras = [
        Maker("simulated-camera") { SimulatedCamera(.init(sensorShape: sensor, hasRealisticTiming: false)) },
        Maker("simulated-camera, realistic") { SimulatedCamera(.init(sensorShape: sensor, readoutTime: 0.001)) },
        Maker("simulated-camera, with shutter") {
            SimulatedCamera(.init(sensorShape: sensor, hasRealisticTiming: false, showsShutteringMode: true))
        },
        Maker("test-camera") { TestCamera(.init(sensorShape: sensor, hasRealisticTiming: false)) },
        Maker("prebuilt-camera") { PrebuiltCamera(.init(sensorShape: sensor)) },
        Maker("simulated-floating-camera") {
            // Tests run side by side, and each camera can be opened only once.
            let uid = UUID().uuidString
            let options = SimulatedFloatingCamera.Options(attached: [uid])
            return try FloatingDriver.simulatedFloatingCamera.configured(options, uid: uid).open(DriverContext())
        },
    ]

    private static let wheels = [
        Maker("simulated-filter-wheel, six") { SimulatedFilterWheel(.init(positions: 6, travelTime: 0.001)) { .now } },
        Maker("simulated-filter-wheel, one") { SimulatedFilterWheel(.init(positions: 1)) { .now } },
        Maker("simulated-filter-wheel, at once") { SimulatedFilterWheel(.init(positions: 3, travelTime: 0)) { .now } },
    ]

    private static let stages = [
        Maker("simulated-stage") { SimulatedStage(.init(limits: limits, speed: 10_000)) { .now } },
        Maker("simulated-stage, at once") { SimulatedStage(.init(limits: limits, speed: 0)) { .now } },
    ]
    private static let limits: NamedOptions<AxisLimits> = [
        "x": AxisLimits(lower: 0, upper: 100), "y": AxisLimits(lower: -50, upper: 20),
    ]

    private static let signals = [
        Maker("simulated-digital-io") { SimulatedDigitalIO(.init(lineCount: 4, togglePeriod: 0.001)) },
        Maker("simulated-value-logger") { SimulatedValueLogger(.init(sensorCount: 3, period: 0.001)) },
    ]

    private static let controllers = [
        Maker("simulated-controller") {
            SimulatedController([
                ("light", SimulatedLightSource()),
                ("wheel", SimulatedFilterWheel(.init(positions: 6, travelTime: 0.001)) { .now }),
            ])
        },
        // Its camera, wheel and stage fulfil the contracts of their kinds as well.
        Maker("stage-aware-setup") {
            let image = try #require(SyntheticImage(width: 200, height: 100, .cells(seed: 1)))
            return try StageAwareSetup.open(
                .init(image: .synthetic(image), sensorShape: sensor, hasRealisticTiming: false)
            )
        },
    ]

    private static let others = [
        Maker("simulated-light-source") { SimulatedLightSource() },
        Maker("simulated-deformable-mirror") { SimulatedDeformableMirror(.init(actuatorCount: 10)) },
        Maker("dummy-dsp") { DummyDSP() },
        Maker("dummy-slm") { DummySLM() },
    ]
}

struct ContractTests {
    @Test(arguments: try Makers.all.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
