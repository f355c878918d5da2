import Devices
import Server
import Simulators
import Testing

@testable import MicroscopeServer

/// The errors of a program's definitions, which are worded like those of a file.
struct ErrorTests {
    @Test func nothingIsWrongWithThese() {
        let microscope = Microscope {
            // The kernel chooses, each time another one.
            DeviceDefinition("A", .simulatedLightSource, port: 0)
            DeviceDefinition("B", .simulatedLightSource, port: 0)
            DeviceDefinition("C", .simulatedLightSource, port: 8001, host: "127.0.0.2")
            DeviceDefinition("D", .simulatedLightSource, port: 8001)
        }
        #expect(microscope.errors == [])
    }

    @Test func namesAndPlacesAreGivenOnce() {
        let microscope = Microscope {
            DeviceGroup("A", port: 8001) { DeviceDefinition("B", .simulatedLightSource) }
            DeviceSet("B", "A", port: 8001) { _ -> (SimulatedLightSource, SimulatedLightSource) in
                (SimulatedLightSource(), SimulatedLightSource())
            }
            DeviceDefinition("C", .simulatedLightSource, port: 8001, host: "0.0.0.0")
            DeviceDefinition("D", .simulatedLightSource, socket: "/run/d")
            DeviceDefinition("E", .simulatedLightSource, socket: "/run/d")
        }
        let errors = microscope.errors
        #expect(errors.count == 5)
        #expect(errors.prefix(2).allSatisfy { $0.contains("is already used in line ") })
        #expect(
            errors.dropFirst(2).first?.hasPrefix("B.port: port 8001 of 127.0.0.1 is already used in line ") == true
        )
        #expect(errors.dropFirst(3).first?.hasPrefix("C.port: port 8001 of 0.0.0.0 is already used in line ") == true)
        #expect(errors.last?.hasPrefix("E.socket: the socket /run/d is already used in line ") == true)
    }

    @Test func whatIsInAnotherFileIsToldWithIt() {
        let microscope = Microscope {
            DeviceDefinition("A", .simulatedLightSource, port: 0, file: "Scope/Lamps.swift", line: 7)
            DeviceDefinition("A", .simulatedLightSource, port: 0)
        }
        #expect(microscope.errors == ["A: the name 'A' is already used in Scope/Lamps.swift:7"])
    }

    @Test func floatingDevicesAreTakenOnce() {
        let microscope = Microscope {
            DeviceDefinition("A", .simulatedFloatingCamera, uid: "SIM-1", port: 0)
            DeviceDefinition("B", .simulatedFloatingCamera, uid: "SIM-1", port: 0)
            DeviceDefinition("C", .simulatedFloatingCamera, uid: "", port: 0)
        }
        let errors = microscope.errors
        #expect(errors.count == 2)
        #expect(
            errors.first?.hasPrefix("B.uid: the simulated-floating-camera 'SIM-1' is already used in line ") == true
        )
        #expect(errors.last?.hasPrefix("C.uid: ") == true)
    }

    @Test func circlesAreErrors() {
        let microscope = Microscope {
            DeviceDefinition("A", port: 0, uses: ["B"]) { _ in SimulatedLightSource() }
            DeviceDefinition("B", port: 0, uses: ["A"]) { _ in SimulatedLightSource() }
        }
        #expect(microscope.errors.first == "A: circular dependency: B needs A needs B")
        #expect(microscope.errors.count == 2)
    }

    @Test func aPlaceIsWhole() {
        let microscope = Microscope(host: "scope pc") {
            DeviceDefinition("A", .simulatedLightSource)
            DeviceDefinition("B", .simulatedLightSource, port: 1, socket: "/run/b")
            DeviceDefinition("C", .simulatedLightSource, port: -1)
            DeviceGroup("D", port: 2) {}
        }
        #expect(
            microscope.errors == [
                "host: expected the name or address of a host, got 'scope pc'",
                "A: missing key 'port' (or 'socket')",
                "B.port: 'port' cannot be combined with 'socket'",
                "C.port: expected an integer from 0 to 65535, got -1",
                "D: expected a list of devices, got an empty list",
            ]
        )
    }

    @Test func optionsAreInTheirLimits() {
        let microscope = Microscope(
            pyro: {
                $0.pickleProtocol = 9
                $0.serializers = []
                $0.sendLimit = .seconds(-1)
            },
            log: { $0.keptFiles = -1 }
        ) {
            DeviceDefinition("A", .simulatedLightSource, port: 1, pyro: { $0.hmacKey = [] })
        }
        let errors = microscope.errors
        for claim in [
            "pyro: there are no serializers", "pyro.pickleProtocol: expected an integer from 2 to 5, got 9",
            "pyro.sendLimit: expected a number from 0.0 to 86400.0, in seconds, got -1.0",
            "log.keptFiles: expected an integer from 0 to 1000, got -1", "A.pyro.hmacKey: the key is empty",
        ] { #expect(errors.contains(claim), "\(errors)") }
    }

    @Test func optionsThatMakeNoSenseAreToldByTheirNames() {
        let limits: NamedOptions<AxisLimits> = ["x": AxisLimits(lower: 3, upper: 2)]
        let microscope = Microscope {
            DeviceDefinition("Stage", .simulatedStage, conf: .init(limits: limits), port: 0)
            DeviceDefinition("Laser", .cobolt, conf: .init(port: "ttyUSB0"), port: 0)
            DeviceDefinition("Other", .cobolt, port: 0)
        }
        #expect(
            microscope.errors == [
                "Stage.conf.limits.x: must be a lower and an upper limit (was [3.0, 2.0])",
                "Laser.conf.port: must be a path such as /dev/serial/by-id/… or usb:SERIAL (was 'ttyUSB0')",
                "Other: missing key 'port'",
            ]
        )
    }

    @Test func aMicroscopeHasDevices() {
        #expect(Microscope {}.errors == ["expected a list of devices, got an empty list"])
        #expect(Microscope {}.isDefined && !Microscope().isDefined)
    }
}
