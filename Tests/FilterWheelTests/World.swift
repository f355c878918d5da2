import Devices
import FilterWheels
import Platform
import Synchronization
import Transports
import VirtualUSB

/// A bus with wheels that a test plugs in: at the level of transfers, or below the real libusb where umockdev's library
/// has been loaded.
final class World: Sendable {
    let bus: any USBBus
    let time = TestTime()
    /// Nil where the bus is the real libusb's.
    let simulated: SimulatedUSBBus?
    private let plugged = Lock<[USBPort: VirtualUSBDevice]>([:])
    private let lines = Lock<[String]>([])
    private let problems = Lock<[String?]>([])

    /// The one testbed of the process, whose devices all tests see; each of them plugs in at ports of its own.
    private static let testbed: Testbed? = {
        guard Testbed.isPreloaded, let testbed = try? Testbed() else { return nil }
        testbed.use()
        return testbed
    }()
    private static let lastPort = Atomic<Int>(0)

    /// - Parameter isSimulated: whether the bus is to be simulated in any case.
    init(simulated isSimulated: Bool = false) throws {
        simulated = isSimulated || Self.testbed == nil ? SimulatedUSBBus() : nil
        if let simulated { bus = simulated } else { bus = try LibUSBBus() }
    }

    deinit { for device in plugged.withLock({ Array($0.values) }) { device.unplug() } }

    /// A port that no other test uses.
    func port() -> USBPort {
        let number = Self.lastPort.add(1, ordering: .relaxed).newValue
        // Of a root hub, since libusb wants to see the hubs on the way.
        return USBPort(bus: UInt8(1 + number / 200), ports: [UInt8(1 + number % 200)])
    }

    func plugIn(_ wheel: SimulatedWheel, at port: USBPort) throws {
        if let simulated { return simulated.plugIn(wheel, at: port) }
        guard let device = try Self.testbed?.plugIn(wheel, at: port) else { return }
        plugged.withLock { $0[port] = device }
        // libusb hears of it from udev, on a thread of its own.
        let end = ContinuousClock.now + .seconds(2)
        while try !bus.devices([device.info.kind]).contains(where: device.info.isSamePlugging),
            ContinuousClock.now < end
        {
            Pause.wait(for: .milliseconds(1))
        }
    }

    func unplug(_ port: USBPort) {
        simulated?.unplug(port)
        plugged.withLock { $0.removeValue(forKey: port) }?.unplug()
    }

    /// The devices that are plugged in at a port.
    func device(at port: USBPort) -> VirtualUSBDevice? { plugged.withLock { $0[port] } }

    // MARK: The log

    var log: DeviceLog {
        DeviceLog(
            write: { [weak self] line, level in self?.lines.update { $0.append("\(level): \(line)") } },
            report: { [weak self] problem in self?.problems.update { $0.append(problem) } }
        )
    }

    /// Whether a line with this text has been logged or is logged within a second, as a warning if requested.
    func logs(_ text: String, asWarning: Bool = false) -> Bool {
        lines.wait(within: .seconds(1)) { lines in
            lines.contains { $0.contains(text) && (!asWarning || $0.hasPrefix("warning: ")) } ? true : nil
        } ?? false
    }

    /// The driver's last reason why its wheel cannot be used.
    var problem: String? { problems.withLock { $0.last ?? nil } }
}
