import Devices
import Drivers
import Pickle
import Server
import Simulators
import Testing

/// The example configurations, which newcomers start with.
@Suite struct ExampleTests {
    private let drivers = DriverCatalog(Simulators.drivers)

    @Test(arguments: ["simulated", "network"])
    func examplesAreWithoutErrorsAndTheirDevicesOpen(name: String) throws {
        let configuration = try ServerConfiguration(file: path(name), drivers: drivers)
        let devices = configuration.definitions.flatMap(\.devices)
        #expect(!devices.isEmpty)
        for device in devices { try device.driver.open(DriverContext()).shutdown() }
    }

    @Test func theSimulatedExampleHasOneOfEachOnThisMachineOnly() throws {
        let configuration = try ServerConfiguration(file: path("simulated"), drivers: drivers)
        let words = configuration.definitions.flatMap(\.devices).map(\.driver.name)
        // The first is for benchmarks only, the second works in one server per machine, and the others have their own
        // examples.
        let others = ["prebuilt-camera", "simulated-floating-camera", "stage-aware-camera", "simulated-clarity-camera"]
        for word in drivers.names where !others.contains(word) { #expect(words.contains(word)) }
        for definition in configuration.definitions {
            guard case .tcp(let host, let port) = definition.endpoint else {
                Issue.record("\(definition.name) listens at no port")
                continue
            }
            #expect(host == "127.0.0.1" && (8001...8099).contains(port))
        }
    }

    @Test func itsFirstCameraMakesImagesOfFourMegapixelsAndSixteenBits() throws {
        let configuration = try ServerConfiguration(file: path("simulated"), drivers: drivers)
        let definition = try #require(configuration.definitions.first?.devices.first)
        let camera = try #require(try definition.driver.open(DriverContext()) as? any Camera)
        #expect(try camera.sensorShape == SensorShape(width: 2048, height: 2048))
        #expect(definition.settings.contains { $0.name == "image data type" && $0.value == "uint16" })
    }

    @Test func theWidefieldMicroscopeOpensSimulated() throws {
        let configuration = try ServerConfiguration(file: path("widefield"), drivers: Drivers.drivers)
        let devices = configuration.definitions.flatMap(\.devices)
        #expect(devices.map(\.name) == ["Camera", "Laser561", "Laser488", "EmissionWheel", "Stand"])
        for definition in devices where definition.name != "Camera" {
            let device = try definition.driver.open(DriverContext(isSimulated: true))
            defer { try? device.shutdown() }
            switch definition.name {
            case "EmissionWheel": #expect((device as? any FilterWheel)?.positionCount == 6)
            case "Stand":
                let controller = try #require(device as? any Controller)
                #expect(controller.devices.map(\.name) == ["stage", "TransmittedLight"])
                let stage = try #require(controller.devices.first?.device as? any Stage)
                #expect(try !stage.mayMoveOnEnable)
                #expect(try stage.limits.pairs.first?.value == AxisLimits(lower: -400_000, upper: 400_000))
            default: #expect(try (device as? any LightSource)?.isOn == false)
            }
        }
    }

    @Test func theSimulatedRigHasOneOfEach() throws {
        let text = try ServerConfiguration.text(ofFile: path("rig-simulated"))
        // A rig has no server that could provide the parts of these devices.
        let others = ["stage-aware-camera", "simulated-clarity-camera"]
        for word in drivers.names where !others.contains(word) { #expect(text.contains("driver: \(word)")) }
    }

    @Test func examplesOfDevicesThatWorkWithOthersAreWithoutErrors() throws {
        for (name, words) in [
            ("composite", ["stage-aware-camera", "simulated-stage", "simulated-filter-wheel"]),
            ("clarity", ["clarity-camera", "simulated-clarity-camera", "aurox-clarity"]),
        ] {
            let configuration = try ServerConfiguration(file: path(name), drivers: Drivers.drivers)
            #expect(configuration.definitions.flatMap(\.devices).map(\.driver.name) == words)
        }
    }

    private func path(_ name: String) -> String {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        return (root + ["Configs", "\(name).yaml"]).joined(separator: "/")
    }
}
