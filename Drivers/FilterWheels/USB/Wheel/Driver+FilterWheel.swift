internal import Devices
internal import Transports

extension Driver where Configuration == WheelConfiguration {
    /// The driver of a make of wheel: of the wheel on the computer's USB, or of a simulated one.
    ///
    /// - Parameter simulate: makes a wheel with a serial number, if it has one, and a number of positions.
    static func filterWheel<Session: WheelSession>(
        _ session: Session.Type,
        _ summary: String,
        simulate: @escaping @Sendable (WheelConfiguration) -> any SimulatedUSBDevice
    ) -> Self {
        Driver(
            Session.make.word,
            summary,
            attached: { configuration in
                .usb(
                    kinds: Session.make.kinds.map(\.description),
                    serial: configuration?.serial,
                    port: configuration?.port?.description
                )
            }
        ) { configuration, context in
            let bus: any USBBus
            if context.isSimulated {
                let simulated = SimulatedUSBBus()
                simulated.plugIn(simulate(configuration), at: configuration.port ?? USBPort(bus: 1, ports: [1]))
                bus = simulated
            } else {
                bus = try LibUSBBus()
            }
            return try USBFilterWheel<Session>(configuration, on: bus, log: context.log)
        }
    }
}
