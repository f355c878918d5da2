import Contracts
import Devices
import Lasers
import Logging
import Pickle
import Platform
import Testing
import Transports

@testable import Server

/// The settings of a light after its port was lost and it has come back as it is after power-up.
struct ReturnedLightTests {
    /// A light in a server, as a worker opens it.
    private struct ServedLight {
        let server: DeviceServer
        let host: DeviceHost
        let index: Int

        init(_ setup: any AnySetup, _ preparation: Preparation = Preparation()) throws {
            server = try DeviceServer(
                at: .tcp(host: "127.0.0.1", port: 0),
                log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            setup.whenReported { [problems = server.problems] in problems.note($0, of: "Light") }
            try server.open(as: "Light", preparation) { try setup.openDevice(leaveAsIs: nil) }
            host = try #require(server.hosts.withLock { $0.first })
            index = try #require(host.objects.last { $0.isLightSource }?.index)
        }

        func call(_ name: String, _ arguments: [PythonValue] = []) throws -> PythonValue {
            try host.call(index, name, CallArguments(arguments))
        }
    }

    @Test(arguments: LaserKind.all) func powerAndTriggerComeBackAndLightDoesNot(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try ServedLight(setup)
        // The second of those that it has, if there is more than one.
        let type = triggerType(of: light, default: kind.trigger)
        _ = try light.call("set_trigger", [type.python, TriggerMode.bulb.python])
        try light.host.set(light.index, "power", to: 0.37)
        _ = try light.call("enable")
        setup.unplug()
        setup.change { laser in
            laser.forgetPower()
            laser.forgetTrigger()
            laser.startByItself()
        }
        try setup.plugIn()
        #expect(setup.logs("must be enabled again"))
        #expect(setup.wait { !$0.isSwitchedOn })
        // The restoring has the device's lock, or has had it, once the return is logged.
        #expect(eventually { (try? light.host.get(light.index, "trigger_type")) == type.python })
        #expect(try light.call("get_set_power") == .float(0.37))
        #expect(try light.call("get_is_on") == false)
        #expect(try light.call("get_is_enabled") == false)
        #expect(!setup.isSwitchedOn)
        _ = try light.call("enable")
        guard case .float(let power) = try light.host.get(light.index, "power") else {
            Issue.record("no number")
            return
        }
        #expect(abs(power - 0.37) < 0.01)
        _ = try light.call("disable")
        #expect(!setup.isSwitchedOn)
        light.server.close("Light")
    }

    /// What the configuration sets at first comes back, too, if no client has set anything else.
    @Test func theFirstStateComesBack() throws {
        let setup = try LaserKind.omicron()
        let settings = [Preparation.Setting(name: "power", value: 0.37)]
        let light = try ServedLight(setup, Preparation(settings: settings))
        setup.unplug()
        setup.change { $0.forgetPower() }
        try setup.plugIn()
        #expect(setup.port.wait(within: patience) { abs($0.level - 1515) <= 1 })
        #expect(try light.call("get_is_on") == false)
        light.server.close("Light")
    }

    /// Light that is to be gated does not come ungated when a client enables it as the first call after a return.
    @Test(arguments: LaserKind.all) func theFirstCallAfterAReturnFindsTheTrigger(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        let types: [TriggerType] = [.risingEdge, .software]
        for type in types {
            do { try light.setTrigger(type, .bulb) } catch { continue }
            try light.setPower(0.37)
            setup.unplug()
            setup.change { laser in
                laser.forgetPower()
                laser.forgetTrigger()
            }
            try setup.plugIn()
            try eventuallyEnable(light)
            #expect(try light.triggerType == type)
            #expect(abs(try light.power - 0.37) < 0.01)
            try light.disable()
        }
    }

    private func triggerType(of light: ServedLight, default usual: TriggerType) -> TriggerType {
        let other = usual == .software ? TriggerType.risingEdge : .software
        let isKnown = (try? light.call("set_trigger", [other.python, TriggerMode.bulb.python])) != nil
        return isKnown ? other : usual
    }

    /// Enables it as soon as the port can be opened again.
    private func eventuallyEnable(_ light: any SerialLightSource) throws {
        let end = ContinuousClock.now + patience
        while true {
            do { return try light.enable() } catch  where ContinuousClock.now < end {
                Pause.wait(for: .milliseconds(5))
            }
        }
    }

    private func eventually(_ claim: () -> Bool) -> Bool {
        let end = ContinuousClock.now + patience
        while !claim() {
            guard ContinuousClock.now < end else { return false }
            Pause.wait(for: .milliseconds(5))
        }
        return true
    }
}
