public import Devices
public import Transports

/// A laser of Cobolt's (now Hübner Photonics).
public typealias CoboltLaser = SerialLight<CoboltCommands>

extension CoboltCommands {
    /// 115200 baud; very old heads are set to 19200.
    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(
        commandEnd: "\r",
        answerEnd: "\r\n",
        echo: .possible,
        pause: .milliseconds(20),
        patience: .milliseconds(300)
    )
}

extension Driver where Configuration == LightOptions {
    public static var cobolt: Self {
        Driver(
            light: "cobolt",
            "a laser of Cobolt's, 04 to 06 series",
            port: CoboltCommands.port,
            format: CoboltCommands.format,
            commands: CoboltCommands(),
            simulated: { SimulatedCobolt() }
        )
    }
}
