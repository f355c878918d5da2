import Devices
import FilterWheels
import Platform
import Testing
import Transports

struct ZWOReportTests {
    /// A newer EFW expects reports of 64 bytes; only its descriptor says so.
    @Test func reportsAreAsLongAsTheDescriptorSays() throws {
        let world = try World(simulated: true)
        let port = world.port()
        let device = LongReports()
        world.simulated?.plugIn(device, at: port)
        let wheel = try TestMake.zwo.open(.init(port: port), in: world)
        try TestMake.PluggedWheel.finish(try wheel.move(to: 3))
        #expect(try wheel.position == 3)
        #expect(device.lengths == [64])
    }
}

/// An EFW that understands reports of 64 bytes and no others.
private final class LongReports: SimulatedUSBDevice {
    private let wheel = TestMake.zwo.model()
    private let heard = Lock<Set<Int>>([])

    /// How long the reports were that came.
    var lengths: Set<Int> { heard.withLock { $0 } }

    /// Report 3, for commands, has 63 bytes after its number; report 1, for answers, has 15.
    private static let reports: [UInt8] = [
        0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x85, 0x01, 0x95, 0x0f,
        0x09, 0x01, 0xb1, 0x02, 0x85, 0x03, 0x95, 0x3f, 0x09, 0x03, 0xb1, 0x02, 0xc0,
    ]

    var description: USBDescription {
        let old = wheel.description
        return USBDescription(
            old.kind,
            manufacturer: old.manufacturer,
            product: old.product,
            interface: old.interface,
            reports: Self.reports
        )
    }

    func powerUp() { wheel.powerUp() }

    func control(_ request: ControlRequest, _ bytes: [UInt8]) -> [UInt8]? {
        guard request.type == 0x21 else { return wheel.control(request, bytes) }
        heard.withLock { _ = $0.insert(bytes.count) }
        return bytes.count == 64 ? wheel.control(request, Array(bytes.prefix(16))) : nil
    }

    func receive(_ bytes: [UInt8], at endpoint: UInt8) -> Bool { wheel.receive(bytes, at: endpoint) }
    func send(from endpoint: UInt8) -> SimulatedAnswer { wheel.send(from: endpoint) }
    func clearHalt(_ endpoint: UInt8) {}
}
