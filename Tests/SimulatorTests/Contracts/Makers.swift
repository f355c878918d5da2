import Devices
import Simulators
import Testing

/// The devices that the contracts are run over, by their kinds: a new driver has its line here.
enum Makers {
    static let cameras: [Maker<any Camera>] = [
        Maker("simulated-camera") { SimulatedCamera(.init(sensorShape: sensor, hasRealisticTiming: false)) },
        Maker("simulated-camera, realistic") { SimulatedCamera(.init(sensorShape: sensor, readoutTime: 0.001)) },
        Maker("test-camera") { TestCamera(.init(sensorShape: sensor, hasRealisticTiming: false)) },
        Maker("prebuilt-camera") { BenchCamera(.init(sensorShape: sensor)) },
        Maker("stage-aware-setup's camera") {
            let image = try #require(MadeUpImage(width: 200, height: 100, .cells(seed: 1)))
            let setup = try StageAwareSetup.open(.init(image: image, sensorShape: sensor, hasRealisticTiming: false))
            return try #require(setup.devices.first?.device as? StageAwareCamera)
        },
    ]
    private static let sensor = SensorShape(width: 60, height: 40)

    static let filterWheels: [Maker<any FilterWheel>] = [
        Maker("simulated-filter-wheel, six") { SimulatedFilterWheel(.init(positions: 6, travelTime: 0.001)) { .now } },
        Maker("simulated-filter-wheel, one") { SimulatedFilterWheel(.init(positions: 1)) { .now } },
        Maker("simulated-filter-wheel, at once") { SimulatedFilterWheel(.init(positions: 3, travelTime: 0)) { .now } },
    ]

    static let lightSources: [Maker<any LightSource>] = [Maker("simulated-light-source") { SimulatedLightSource() }]

    static let stages: [Maker<any Stage>] = [
        Maker("simulated-stage") { SimulatedStage(.init(limits: limits, speed: 10_000)) { .now } },
        Maker("simulated-stage, at once") { SimulatedStage(.init(limits: limits, speed: 0)) { .now } },
    ]
    private static let limits: NamedOptions<AxisLimits> = [
        "x": AxisLimits(lower: 0, upper: 100), "y": AxisLimits(lower: -50, upper: 20),
    ]

    static let mirrors: [Maker<any DeformableMirror>] = [
        Maker("simulated-deformable-mirror") { SimulatedDeformableMirror(.init(actuatorCount: 10)) }
    ]

    static let digitalIOs: [Maker<any DigitalIO>] = [
        Maker("simulated-digital-io") { SimulatedDigitalIO(.init(lineCount: 4, togglePeriod: 0.001)) }
    ]

    static let valueLoggers: [Maker<any ValueLogger>] = [
        Maker("simulated-value-logger") { SimulatedValueLogger(.init(sensorCount: 3, period: 0.001)) }
    ]

    static let controllers: [Maker<any Controller>] = [
        Maker("simulated-controller") {
            SimulatedController([
                ("light", SimulatedLightSource()),
                ("wheel", SimulatedFilterWheel(.init(positions: 6, travelTime: 0.001)) { .now }),
            ])
        },
        Maker("stage-aware-setup") {
            try StageAwareSetup.open(.init(image: try #require(MadeUpImage(width: 50, height: 40, .grey(1)))))
        },
    ]

    static let others: [Maker<any Device>] = [
        Maker("dummy-dsp") { DummyDSP() },
        Maker("dummy-slm") { DummySLM() },
    ]

    /// All of them, for what every device must do.
    static var devices: [Maker<any Device>] {
        cameras.map { maker in Maker(maker.name) { try maker.open() } }
            + filterWheels.map { maker in Maker(maker.name) { try maker.open() } }
            + lightSources.map { maker in Maker(maker.name) { try maker.open() } }
            + stages.map { maker in Maker(maker.name) { try maker.open() } }
            + mirrors.map { maker in Maker(maker.name) { try maker.open() } }
            + digitalIOs.map { maker in Maker(maker.name) { try maker.open() } }
            + valueLoggers.map { maker in Maker(maker.name) { try maker.open() } }
            + controllers.map { maker in Maker(maker.name) { try maker.open() } }
            + others
    }

    /// Those that send data once they are enabled.
    static var dataDevices: [Maker<any DataDevice>] {
        cameras.map { maker in Maker(maker.name) { try maker.open() } }
            + digitalIOs.map { maker in Maker(maker.name) { try maker.open() } }
            + valueLoggers.map { maker in Maker(maker.name) { try maker.open() } }
    }
}
