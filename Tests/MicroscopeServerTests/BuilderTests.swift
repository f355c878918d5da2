import Devices
import Pickle
import Server
import Simulators
import Testing

@testable import MicroscopeServer

/// The definitions of a program, and the server's configuration made of them.
struct BuilderTests {
    private func more(_ count: Int) -> [DeviceDefinition] {
        (0..<count).map { DeviceDefinition("More\($0)", .simulatedLightSource, port: 0) }
    }

    @Test(arguments: [false, true]) func theOrderIsThatOfTheProgram(isBig: Bool) throws {
        let microscope = Microscope {
            DeviceDefinition("First", .simulatedLightSource, port: 0)
            if isBig { DeviceDefinition("Big", .simulatedLightSource, port: 0) }
            if isBig {
                more(2)
            } else {
                DeviceDefinition("Small", .simulatedLightSource, port: 0)
            }
            for number in 1...2 {
                DeviceGroup(port: 0) {
                    for letter in ["a", "b"] { DeviceDefinition("\(letter)\(number)", .simulatedLightSource) }
                    if isBig { DeviceDefinition("c\(number)", .simulatedLightSource) }
                }
            }
            DeviceSet("Left", "Right", port: 0) { _ -> (SimulatedCamera, SimulatedLightSource) in
                (SimulatedCamera(.init()), SimulatedLightSource())
            }
        }
        let names =
            isBig
            ? [["First"], ["Big"], ["More0"], ["More1"], ["a1", "b1", "c1"], ["a2", "b2", "c2"], ["Left", "Right"]]
            : [["First"], ["Small"], ["a1", "b1"], ["a2", "b2"], ["Left", "Right"]]
        #expect(try microscope.configuration().deviceNames == names)
    }

    @Test func allOfADefinitionArrives() throws {
        let microscope = Microscope {
            DeviceDefinition(
                "Red",
                .simulatedCamera,
                conf: .init(sensorShape: SensorShape(width: 8, height: 6)),
                port: 8001,
                host: "scope-pc",
                settings: ["gain": 8, "image pattern": "gradient", "roi": ROI(left: 0, top: 0, width: 8, height: 6)],
                enable: true,
                simulated: true,
                mayBeAbsent: true,
                pyro: { $0.queueLength = 4 }
            )
            DeviceDefinition("Lamp", .simulatedLightSource, socket: "/run/lamp")
        }
        let definitions = try microscope.configuration().definitions
        let device = try #require(definitions.first?.devices.first)
        #expect(definitions[0].endpoint == .tcp(host: "scope-pc", port: 8001))
        #expect(definitions[0].pyro.queueLength == 4 && definitions[1].pyro == PyroOptions())
        #expect(definitions[1].endpoint == .unix(path: "/run/lamp"))
        #expect(device.driver.name == "simulated-camera" && device.driver.kind == .camera)
        #expect(device.settings.map(\.name) == ["gain", "image pattern", "roi"])
        #expect(device.settings.first?.value == 8)
        #expect(device.startsEnabled && device.isSimulated && device.mayBeAbsent)
        let place = device.place
        #expect(place.file == "MicroscopeServerTests/BuilderTests.swift" && place.line > 40)
        #expect("\(place)" == "\(place.file):\(place.line)")
        let camera = try #require(try device.driver.open(DriverContext()) as? SimulatedCamera)
        #expect(camera.sensorShape == SensorShape(width: 8, height: 6))
    }

    @Test func whatIsForAllIsInherited() throws {
        let microscope = Microscope(
            host: "0.0.0.0",
            pyro: { $0.hmacKey = Array("secret".utf8) },
            log: { $0.level = .debug }
        ) {
            DeviceDefinition("A", .simulatedLightSource, port: 1, pyro: { $0.compresses = true })
            DeviceGroup("B", port: 2, pyro: { $0.hmacKey = nil }) { DeviceDefinition("C", .simulatedLightSource) }
        }
        let configuration = try microscope.configuration()
        #expect(configuration.log.level == .debug)
        #expect(configuration.definitions.map(\.name) == ["A", "B"])
        #expect(configuration.definitions[0].endpoint == .tcp(host: "0.0.0.0", port: 1))
        #expect(configuration.definitions[0].pyro.compresses)
        #expect(configuration.definitions.map(\.pyro.hmacKey) == [Array("secret".utf8), nil])
    }

    @Test func whatDevicesNeedIsKnown() throws {
        let image = try #require(SyntheticImage(width: 9, height: 9, .grey(1)))
        let microscope = Microscope {
            DeviceDefinition(
                "Camera",
                .stageAwareCamera,
                conf: .init(
                    image: .synthetic(image),
                    stage: "PYRO:Stage@other:8001",
                    filterWheel: "Wheel"
                ),
                port: 0
            )
            DeviceDefinition("Wheel", .simulatedFilterWheel, conf: .init(positions: 2), port: 0)
            DeviceDefinition("Own", port: 0, uses: ["Camera"]) { _ in SimulatedLightSource() }
            DeviceDefinition(
                "Box",
                .simulatedController,
                conf: .init(devices: [
                    "floating": NestedDriver(FloatingDriver.simulatedFloatingCamera.configured(.init(), uid: "SIM-1"))
                ]),
                port: 0
            )
        }
        let devices = try microscope.configuration().definitions.flatMap(\.devices)
        #expect(devices[0].driver.references == [.at("PYRO:Stage@other:8001"), .named("Wheel")])
        #expect(devices[2].driver.references == [.named("Camera")])
        #expect(devices[3].driver.cameraRequests.map(\.uid) == ["SIM-1"])
    }

    /// One of each family, with options where it has some.
    @Test func driversOfEveryFamilyAreThere() throws {
        let microscope = Microscope {
            DeviceDefinition("Camera", .andorSDK3, conf: .init(bufferCount: 4, cooling: false), uid: "VSC-1", port: 0)
            DeviceDefinition("ORCA", .hamamatsuDCAM, conf: .init(serial: "001234", bufferCount: 4), port: 0)
            DeviceDefinition("XiQ", .ximea, conf: .init(serial: "20751650", format: .mono8), port: 0)
            DeviceDefinition("Overview", .v4l2, conf: .init(serial: "1f21", pixelFormat: "MJPG"), port: 0)
            DeviceDefinition("EFW", .zwoEFW, conf: .init(serial: "1f21"), port: 0)
            DeviceDefinition("Laser", .cobolt, conf: .init(port: "/dev/ttyUSB0"), port: 0)
            DeviceDefinition("Slider", .thorlabsSlider, conf: .init(port: "usb:A1", address: 2), port: 0)
            DeviceDefinition("Stage", .ludlMC2000, conf: .init(port: "usb:A2"), port: 0)
            DeviceDefinition("Clarity", .auroxClarity, port: 0)
            DeviceDefinition("Sections", .clarityCamera, conf: .init(camera: "Camera", clarity: "Clarity"), port: 0)
        }
        let drivers = try microscope.configuration().definitions.flatMap(\.devices).map(\.driver.name)
        #expect(
            drivers == [
                "andor-sdk3", "hamamatsu-dcam", "ximea", "v4l2", "zwo-efw", "cobolt", "thorlabs-ell-slider",
                "ludl-mc2000", "aurox-clarity", "clarity-camera",
            ]
        )
    }

    @Test func driversOfTheProgramsOwnComeFirst() throws {
        let own = Driver<NoOptions>("simulated-camera", "another one") { _, _ in SimulatedLightSource() }
        let drivers = Microscope(drivers: [own]).drivers
        #expect(drivers["simulated-camera"]?.summary == "another one")
        #expect(drivers.names.count { $0 == "simulated-camera" } == 1)
        #expect(drivers["andor-sdk3"] != nil)
    }
}
