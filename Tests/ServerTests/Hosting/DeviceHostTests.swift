import Devices
import Pickle
import Platform
import Pyro
import Testing

@testable import Server

/// Calls that take time, that hold the lock, and devices that return.
struct DeviceHostTests {
    private func host(_ device: any Device & Sendable, restoreLog: RestoreLogWriter? = nil) -> DeviceHost {
        DeviceHost(log: .silent, restoreLog: restoreLog) {
            var devices = OpenDevices(
                restoreLog: restoreLog,
                makeStream: { _, _, _ in preconditionFailure("it sends no data") },
                report: { Issue.record("\($0)") }
            )
            devices.add(device, as: "Device")
            return devices
        }
    }

    @Test func aMoveThatNeverEndsIsGivenUpAfterItsLimit() throws {
        let host = host(EndlessDevice())
        let error = #expect(throws: DeviceError.self) { try host.call(0, "start", CallArguments()) }
        #expect(error?.message.hasPrefix("Device.start has not ended within ") == true)
        #expect(host.waitingCall == nil)
    }

    @Test func aCallWhoseClientIsGoneEnds() throws {
        let host = host(EndlessDevice(limit: .seconds(3600)))
        #expect(try host.call(0, "start", CallArguments(), while: { false }) == .none)
    }

    @Test func wrongArgumentsAreRefusedWhileAnotherCallHoldsTheLock() throws {
        let device = BlockedDevice()
        let host = host(device)
        let blocked = BlockingThread.startEventually("blocked") { _ = try? host.call(0, "block", CallArguments()) }
        device.waitUntilBlocked()
        #expect(throws: RemoteError.self) { try host.call(0, "add", CallArguments(["far"])) }
        #expect(throws: RemoteError.self) { try host.call(0, "add", CallArguments()) }
        device.release()
        #expect(blocked.join(within: .seconds(20)))
        #expect(try host.call(0, "add", CallArguments([1])) == 2)
    }

    @Test func notesAreInTheOrderOfTheCalls() throws {
        let log = RestoreLogWriter { _ in }
        let host = host(PoweredDevice(), restoreLog: log)
        let threads = (1...8).map { number in
            BlockingThread.startEventually("client") {
                for step in 0..<200 {
                    let value = PythonValue.int(number * 1000 + step)
                    _ = try? host.call(0, "set_setting", CallArguments(["speed", value]))
                }
            }
        }
        for thread in threads { #expect(thread.join(within: .seconds(60))) }
        let last = try host.call(0, "get_setting", CallArguments(["speed"]))
        #expect(log.memory.settings(of: "Device").map(\.arguments) == [["speed", last]])
    }

    @Test func aDeviceThatLostItsPowerGetsTheConfigurationsSettingsBack() throws {
        let device = PoweredDevice()
        let host = host(device, restoreLog: RestoreLogWriter { _ in })
        try host.prepare(0, Preparation(settings: [Preparation.Setting(name: "speed", value: 5)]))
        device.losePower()
        host.deviceReturned("Device")
        #expect(device.waitForSpeed(5))
        // What a client has set comes after that.
        _ = try host.call(0, "set_setting", CallArguments(["speed", 7]))
        device.losePower()
        host.deviceReturned("Device")
        #expect(device.waitForSpeed(7))
        #expect(try host.call(0, "get_setting", CallArguments(["speed"])) == 7)
    }

    @Test func aDeviceThatLostItsPowerGetsItsSettingsBack() throws {
        let log = RestoreLogWriter { _ in }
        let device = PoweredDevice()
        let host = host(device, restoreLog: log)
        _ = try host.call(0, "set_setting", CallArguments(["speed", 7]))
        device.losePower()
        #expect(try host.call(0, "get_setting", CallArguments(["speed"])) == 0)
        host.deviceReturned("Device")
        #expect(device.waitForSpeed(7))
        // In the middle of a call, as a driver reports it that has opened its device again.
        device.losePower { host.deviceReturned("Device") }
        _ = try host.call(0, "touch", CallArguments())
        #expect(try host.call(0, "get_setting", CallArguments(["speed"])) == 7)
    }
}

/// A device that begins something without an end.
private final class EndlessDevice: Device, Sendable {
    private let limit: Duration
    private let enabled = Lock(false)

    init(limit: Duration = .milliseconds(30)) { self.limit = limit }

    var isEnabled: Bool {
        get { enabled.withLock { $0 } }
        set { enabled.update { $0 = newValue } }
    }

    var remoteMembers: [any RemoteMember] {
        deviceMembers
        RemoteMethod("start") { [limit] in Completion(within: limit) { false } }
    }
}

/// A device with a call that holds the lock until it is released.
private final class BlockedDevice: Device, Sendable {
    private enum Phase { case idle, blocked, released }

    private let phase = Lock(Phase.idle)
    private let enabled = Lock(false)

    var isEnabled: Bool {
        get { enabled.withLock { $0 } }
        set { enabled.update { $0 = newValue } }
    }

    func waitUntilBlocked() { let _: Bool? = phase.wait(within: .seconds(20)) { $0 == .blocked ? true : nil } }
    func release() { phase.update { $0 = .released } }

    var remoteMembers: [any RemoteMember] {
        deviceMembers
        RemoteMethod("block") { [phase] in
            phase.update { $0 = .blocked }
            let _: Bool? = phase.wait(within: .seconds(20)) { $0 == .released ? true : nil }
        }
        RemoteMethod("add", "number") { (number: Int) in number + 1 }
    }
}

/// A device with a setting that a loss of power resets.
private final class PoweredDevice: Device, Sendable {
    private struct State {
        var speed = 0
        var isEnabled = false
        var onTouch: (@Sendable () -> Void)?
    }

    private let state = Lock(State())

    var isEnabled: Bool {
        get { state.withLock(\.isEnabled) }
        set { state.update { $0.isEnabled = newValue } }
    }

    func losePower(reportingOnTouch report: (@Sendable () -> Void)? = nil) {
        state.update { ($0.speed, $0.onTouch) = (0, report) }
    }

    func waitForSpeed(_ speed: Int) -> Bool {
        state.wait(within: .seconds(20)) { $0.speed == speed ? true : nil } ?? false
    }

    var settings: [Setting] {
        [
            Setting(
                "speed",
                in: 0...100_000,
                get: { self.state.withLock(\.speed) },
                set: { speed in self.state.update { $0.speed = speed } }
            )
        ]
    }

    var remoteMembers: [any RemoteMember] {
        deviceMembers
        RemoteMethod("touch") { self.state.withLock(\.onTouch)?() }
    }
}
