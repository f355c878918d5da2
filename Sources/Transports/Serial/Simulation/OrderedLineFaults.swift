public import Devices

extension SimulatedPort {
    /// Shows the faults that are ordered for the device on its line: the driver meets them as real ones.
    public func show(_ faults: OrderedFaults) {
        spoil { $0.orders = faults }
        faults.show(below: { [weak self] fault in self?.turn(to: fault) })
    }

    private func turn(to fault: OrderedFault?) {
        if fault == .unplug {
            unplug()
        } else if !isPluggedIn {
            // If no terminal is available the device stays away, and so its next order may bring it back.
            try? plugIn()
        }
    }
}

extension SimulatedFaults {
    /// What the ordered faults leave of an output; nil if it is lost.
    func ordered(_ output: SimulatedOutput) -> SimulatedOutput? {
        guard let orders else { return output }
        return orders.arriving(output.bytes, keeping: [0x0D, 0x0A]).map {
            SimulatedOutput($0.bytes, after: output.delay + $0.delay)
        }
    }
}
