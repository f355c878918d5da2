public import Devices
public import Transports

/// An iChrome MLE of Toptica's: three to five lasers in a box.
public typealias IChrome = LightEngine<IChromeCommands>

extension IChromeCommands {
    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(commandEnd: "\r\n", answerEnd: "\r\n", echo: .always, patience: .seconds(1))
}

extension Driver where Configuration == LightOptions {
    public static var iChrome: Self {
        Driver(
            engine: "ichrome",
            "an iChrome MLE of Toptica's, with its lasers",
            port: IChromeCommands.port,
            format: IChromeCommands.format,
            commands: IChromeCommands(),
            simulated: { SimulatedIChrome() }
        )
    }
}
