public import Devices
internal import Platform

extension SimulatedUSBBus {
    /// Shows the faults that are ordered for the device at a port: the driver meets them as real ones.
    public func show(_ faults: OrderedFaults, of model: any SimulatedUSBDevice, at port: USBPort) {
        setOrders(faults)
        faults.show(below: { [weak self] fault in
            guard let self else { return }
            if fault == .unplug {
                unplug(port)
            } else if !isTaken(port) {
                plugIn(model, at: port)
            }
        })
    }
}

extension OrderedFaults {
    /// Waits as a transfer to a device with the present fault does; false if it is not heard in time.
    func begins(within limit: Duration) -> Bool {
        guard hears() else {
            let end = ContinuousClock.now + limit
            // The device may be unplugged, or be back, before the transfer is given up.
            while fault == .hang, ContinuousClock.now < end { Pause.wait(for: .milliseconds(5)) }
            return fault != .hang
        }
        if fault == .slow { Pause.wait(for: min(limit, OrderedFault.slowness)) }
        return true
    }
}
