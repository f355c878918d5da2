import Devices
import Platform
import Server
import Simulators
import Testing

@testable import MicroscopeServer

/// Devices that a function opens.
struct DeviceSetTests {
    /// A lamp that is on from the start, and counts what becomes of it.
    private final class Lamp: LightSource, OnlyTriggersBulbOnSoftware {
        let ends: Lock<Int>
        var isEnabled = true
        var setPoint = 1.0

        init(_ ends: Lock<Int>) { self.ends = ends }

        var isOn: Bool { isEnabled }
        var measuredPower: Double { 1 }
        var status: [String] { [] }
        func performSetPower(_: Double) {}
        func performShutdown() { ends.update { $0 += 1 } }
    }

    private let starts = Lock(0)
    private let ends = Lock(0)

    private func configuration() throws -> ServerConfiguration {
        try Microscope {
            DeviceSet("Camera", "Lamp", port: 0, simulated: true) {
                [starts, ends] context -> (SimulatedCamera, Lamp) in
                guard context.isSimulated else { throw DeviceError(.failed, "not simulated") }
                starts.update { $0 += 1 }
                return (SimulatedCamera(.init()), Lamp(ends))
            }
        }
        .configuration()
    }

    @Test func theFunctionIsNotCalledToKnowWhatItReturns() throws {
        let definition = try #require(try configuration().definitions.first)
        #expect(definition.devices.map(\.driver.kind) == [.camera, .lightSource])
        #expect(definition.devices.map(\.driver.name) == ["SimulatedCamera", "Lamp"])
        #expect(starts.withLock { $0 } == 0)
        let devices = try #require(try definition.openTogether?(DriverContext(isSimulated: true)))
        #expect(starts.withLock { $0 } == 1)
        #expect(devices.first is SimulatedCamera && devices.last is Lamp)
    }

    @Test func itsLightIsSwitchedOffInADarkening() throws {
        let found = Lock<[String]>([])
        let isDark = LightsOff(try configuration()).run(within: .seconds(20)) { finding in
            found.update { $0.append("\(finding)") }
        }
        #expect(isDark && found.withLock { $0 } == ["Lamp: light is off"])
        #expect(starts.withLock { $0 } == 1 && ends.withLock { $0 } == 1)
    }

    @Test func noneOfThemIsTriedAlone() throws {
        for device in Rig(try configuration()).devices {
            let error = #expect(throws: RigError.self) { try device.open { _ in } }
            #expect(error?.cause == .dependence && "\(error!)".contains("is opened together with other devices"))
        }
        #expect(starts.withLock { $0 } == 0)
    }
}
