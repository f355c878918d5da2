public import Devices
public import Transports

/// A light engine of Lumencor's third generation: Spectra III, Sola III, Celesta, Aura III.
public typealias Lumencor = LightEngine<LumencorCommands>

extension LumencorCommands {
    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(commandEnd: "\n", answerEnd: "\r\n")
}

extension Driver where Configuration == LightOptions {
    public static var lumencor: Self {
        Driver(
            engine: "lumencor",
            "a light engine of Lumencor's third generation, with its lights",
            port: LumencorCommands.port,
            format: LumencorCommands.format,
            commands: LumencorCommands(),
            simulated: { SimulatedLumencor() }
        )
    }
}
