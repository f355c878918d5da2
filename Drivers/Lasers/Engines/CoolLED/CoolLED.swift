public import Devices
public import Transports

/// A light source of CoolLED's: pE-300 series, pE-340, pE-4000.
public typealias CoolLED = LightEngine<CoolLEDCommands>

extension CoolLEDCommands {
    static let port = PortSettings(baudRate: 57600)
    static let format = LineFormat(commandEnd: "\r", answerEnd: "\r\n", silence: .seconds(1))
}

extension Driver where Configuration == LightOptions {
    public static var coolLED: Self {
        Driver(
            engine: "coolled",
            "a pE-300, pE-340 or pE-4000 of CoolLED's, with its channels",
            port: CoolLEDCommands.port,
            format: CoolLEDCommands.format,
            commands: CoolLEDCommands(),
            simulated: { SimulatedCoolLED() }
        )
    }
}
