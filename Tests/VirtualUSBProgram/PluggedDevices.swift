import FilterWheels
import Transports
import VirtualUSB

/// The wheels and serial adapters of a testbed by their ports, plugged in or not.
struct PluggedDevices {
    /// Nil if the devices are the kernel's.
    private let testbed: Testbed?
    private var wheels: [String: SimulatedWheel] = [:]
    private var devices: [String: VirtualUSBDevice] = [:]
    private var kernels: [String: KernelUSBDevice] = [:]
    private var adapters: [String: VirtualSerialAdapter] = [:]

    init(_ testbed: Testbed?) { self.testbed = testbed }

    /// Runs the command in a line and returns the answer.
    mutating func perform(_ words: [String]) -> String {
        do {
            switch (words.first, words.count) {
            // make PORT NAME POSITIONS STEP-MS SERIAL
            case ("make", 6): return make(words)
            // adapter PORT NAME SERIAL
            case ("adapter", 4): return plugInAdapter(words[1], words[2], serial: words[3])
            case ("plug", 2): return try plugIn(words[1])
            case ("unplug", 2): return try unplug(words[1])
            // fail PORT FAULT
            case ("fail", 3): return fail(words[1], words[2])
            case ("slot", 2): return "ok \(wheels[words[1]]?.slot.map(String.init) ?? "none")"
            case ("forbid", 2): return setAccess(words[1], false)
            case ("allow", 2): return setAccess(words[1], true)
            case ("driver", 2): return "ok \(devices[words[1]]?.driver ?? "none")"
            default: return "no such command"
            }
        } catch { return "\(error)" }
    }

    private mutating func make(_ words: [String]) -> String {
        guard let positions = Int(words[3]), let step = Int(words[4]) else { return "no number" }
        let options = SimulatedWheelOptions(
            serial: words[5] == "-" ? nil : words[5],
            positions: positions,
            stepTime: .milliseconds(step),
            homingTime: .milliseconds(step)
        )
        guard let wheel = VirtualWheel.named(words[2], options) else { return "no wheel \(words[2])" }
        wheels[words[1]] = wheel
        return "ok"
    }

    private mutating func plugInAdapter(_ port: String, _ name: String, serial: String) -> String {
        guard let testbed, let place = USBPort(port) else { return "\(port) is not a port" }
        adapters[port] = testbed.plugInAdapter([name], at: place, serial: serial)
        return "ok \(VirtualSerialAdapter.link(to: name, in: testbed))"
    }

    private mutating func plugIn(_ port: String) throws -> String {
        guard let wheel = wheels[port] else { return "nothing for \(port)" }
        if let testbed, let place = USBPort(port) {
            devices[port] = try testbed.plugIn(wheel, at: place)
        } else if testbed == nil, let number = Int(port) {
            kernels[port] = try KernelUSBDevice(wheel, at: number)
        } else {
            return "\(port) is not a port"
        }
        return "ok"
    }

    private mutating func unplug(_ port: String) throws -> String {
        if let device = kernels.removeValue(forKey: port) {
            try device.unplug()
            return "ok"
        }
        if let adapter = adapters.removeValue(forKey: port) {
            adapter.unplug()
            return "ok"
        }
        guard let device = devices.removeValue(forKey: port) else { return "nothing at \(port)" }
        device.unplug()
        return "ok"
    }

    private func fail(_ port: String, _ name: String) -> String {
        guard let fault = WheelFault(rawValue: name), let wheel = wheels[port] else { return "no fault \(name)" }
        wheel.fail(fault)
        return "ok"
    }

    private func setAccess(_ port: String, _ isAllowed: Bool) -> String {
        guard let device = devices[port] else { return "nothing at \(port)" }
        device.setAccess(isAllowed)
        return "ok"
    }
}
