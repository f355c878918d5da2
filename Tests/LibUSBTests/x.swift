import Devices
import Glibc
import Testing
import Transports
import VirtualUSB

@testable import FilterWheels

@Test func quick() throws {
    let bed = try Testbed()
    unsafe setenv("UMOCKDEV_DIR", bed.folder, 1)
    let d = try bed.plugIn(
        SimulatedWheel.zwo(.init(positions: 7, stepTime: .milliseconds(20), homingTime: .milliseconds(20))),
        at: USBPort("1-2")!
    )
    print(d.driver as Any)
    let bus = try LibUSBBus()
    print(try bus.devices([USBKind(0x03c3, 0x1f01)]))
    let w = try USBFilterWheel<ZWOSession>(.init(), on: bus, log: { print($0) })
    print(w.positionCount, try w.position, d.driver as Any)
    let c = try w.move(to: 3)
    while try c.poll() == nil { usleep(5000) }
    print(try w.position)
    d.unplug()
    usleep(100_000)
    do { print(try w.position) } catch { print(error) }
    w.performShutdown()
    print(d.driver as Any)
    bed.remove()
}
