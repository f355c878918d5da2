import Devices
import Pickle
import Testing

/// What every controller must do.
struct ControllerContract {
    @Test(arguments: Makers.controllers) func devicesAreTheSameForAsLongAsItIsOpen(maker: Maker<any Controller>) throws
    {
        let controller = try maker.open()
        #expect(!controller.devices.isEmpty)
        #expect(Set(controller.devices.map(\.name)).count == controller.devices.count)
        for (first, second) in zip(controller.devices, controller.devices) { #expect(first.device === second.device) }
    }

    @Test(arguments: Makers.controllers) func shutdownDisablesItsDevices(maker: Maker<any Controller>) throws {
        let controller = try maker.open()
        for (_, device) in controller.devices { try device.enable() }
        try Client(controller).call("shutdown")
        for (_, device) in controller.devices { #expect(!device.isEnabled) }
    }
}
