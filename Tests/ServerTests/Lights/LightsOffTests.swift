import Devices
import Platform
import Simulators
import Testing

@testable import Server

@Suite struct LightsOffTests {
    /// A lamp that records its calls, and can stay on as a broken one does.
    private final class Lamp: LightSource, OnlyTriggersBulbOnSoftware {
        let lines: Lock<[String]>
        let staysOn: Bool
        var isEnabled = true
        var setPoint = 1.0

        init(_ lines: Lock<[String]>, staysOn: Bool) { (self.lines, self.staysOn) = (lines, staysOn) }

        var isOn: Bool { staysOn || isEnabled }
        var measuredPower: Double { 1 }
        var status: [String] { [] }
        func performSetPower(_ power: Double) {}
        func performDisable() { lines.update { $0.append("off") } }
        func performShutdown() { lines.update { $0.append("shut down") } }
    }

    /// What lets the light of others out; it cannot be made safe if it is to be broken.
    private final class Gate: LightGate {
        let lines: Lock<[String]>
        let isBroken: Bool
        var isEnabled = true

        init(_ lines: Lock<[String]>, isBroken: Bool) { (self.lines, self.isBroken) = (lines, isBroken) }

        var remoteMembers: [any RemoteMember] { deviceMembers }
        func performDisable() throws {
            if isBroken { throw DeviceError(.failed, "a line is still high") }
            lines.update { $0.append("low") }
        }
    }

    private let lines = Lock<[String]>([])

    private var drivers: DriverCatalog {
        DriverCatalog(
            Simulators.drivers + [
                Driver<NoOptions>("lamp", "") { [lines] _, _ in Lamp(lines, staysOn: false) },
                Driver<NoOptions>("stuck-lamp", "") { [lines] _, _ in Lamp(lines, staysOn: true) },
                Driver<NoOptions>("gate", "") { [lines] _, _ in Gate(lines, isBroken: false) },
                Driver<NoOptions>("stuck-gate", "") { [lines] _, _ in Gate(lines, isBroken: true) },
                Driver<NoOptions>("dead-lamp", "") { _, _ -> Lamp in throw DeviceError(.initialise, "no answer") },
                Driver<NoOptions>("hanging-lamp", "") { [lines] _, _ in
                    Pause.wait(for: .seconds(60))
                    return Lamp(lines, staysOn: false)
                },
                Driver<NoOptions>("fragile-wheel", "") { _, _ -> SimulatedFilterWheel in
                    Issue.record("a wheel was opened")
                    throw DeviceError(.initialise, "no light")
                },
            ]
        )
    }

    /// What is found with a configuration of one device for each line, and whether all is off.
    private func findings(_ devices: String..., within limit: Duration = .seconds(10)) throws -> ([String], Bool) {
        let text = "devices:\n" + devices.map { " - {port: 0, \($0)}\n" }.joined()
        let configuration = try ServerConfiguration(text: text, file: "test.yaml", drivers: drivers)
        let found = Lock<[String]>([])
        let isDark = LightsOff(configuration).run(within: limit) { finding in
            found.update { $0.append("\(finding)") }
        }
        return (found.withLock { $0.sorted() }, isDark)
    }

    @Test func lightIsSwitchedOffAndTheDeviceShutDown() throws {
        let (found, isDark) = try findings("name: Lamp, driver: lamp")
        #expect(found == ["Lamp: light is off"] && isDark)
        let lines = lines.withLock(\.self)
        #expect(lines.first == "off" && lines.last == "shut down")
    }

    @Test func onlyWhatMayHaveLightIsOpened() throws {
        let (found, isDark) = try findings("name: Wheel, driver: fragile-wheel", "name: Lamp, driver: lamp")
        #expect(found == ["Lamp: light is off"] && isDark)
    }

    @Test func whatIsOnOrUnknownIsNotTakenForOff() throws {
        let (found, isDark) = try findings(
            "name: A, driver: stuck-lamp",
            "name: B, driver: dead-lamp",
            "name: C, driver: lamp"
        )
        #expect(
            found == ["A: LIGHT IS STILL ON", "B: whether light is on is UNKNOWN: no answer", "C: light is off"]
        )
        #expect(!isDark)
    }

    @Test func oneThatHangsDoesNotKeepTheOthersWaiting() throws {
        let begin = ContinuousClock.now
        let (found, isDark) = try findings(
            "name: A, driver: hanging-lamp",
            "name: B, driver: lamp",
            within: .milliseconds(500)
        )
        #expect(found == ["A: whether light is on is UNKNOWN: no answer within 0.5 s", "B: light is off"] && !isDark)
        #expect(ContinuousClock.now - begin < .seconds(10))
    }

    @Test func thePartsOfControllersAreAskedOneByOne() throws {
        let (found, isDark) = try findings(
            """
            name: Box, driver: simulated-controller, conf: {devices: {laser: {driver: lamp}, \
            wheel: {driver: simulated-filter-wheel, conf: {positions: 2}}, led: {driver: stuck-lamp}}}
            """
        )
        #expect(found == ["Box.laser: light is off", "Box.led: LIGHT IS STILL ON"] && !isDark)
    }

    @Test func whatLetsLightOutIsMadeSafeAsWell() throws {
        let (found, isDark) = try findings("name: A, driver: gate", "name: B, driver: stuck-gate")
        #expect(found == ["A: light is off", "B: whether light is on is UNKNOWN: a line is still high"] && !isDark)
        #expect(lines.withLock { $0.first } == "low")
    }

    @Test func withoutLightThereIsNothingToDo() throws {
        let (found, isDark) = try findings("name: Wheel, driver: fragile-wheel")
        #expect(found.isEmpty && isDark)
    }
}
