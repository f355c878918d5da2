public import Devices
public import Transports

/// An OBIS laser of Coherent's.
public typealias OBISLaser = SerialLight<OBISCommands>

/// Several OBIS lasers of Coherent's behind one line.
public typealias OBISBox = LightEngine<OBISBoxCommands>

extension OBISCommands {
    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(commandEnd: "\r\n", answerEnd: "\r\n", echo: .possible)
}

extension Driver where Configuration == LightOptions {
    public static var obis: Self {
        Driver(
            light: "obis",
            "an OBIS laser of Coherent's: LX, LS, LG",
            port: OBISCommands.port,
            format: OBISCommands.format,
            commands: OBISCommands(),
            simulated: { SimulatedOBIS() }
        )
    }

    public static var obisBox: Self {
        Driver(
            engine: "obis-box",
            "several OBIS lasers of Coherent's behind one line: a laser box, an OBIS Remote",
            port: OBISCommands.port,
            format: OBISCommands.format,
            commands: OBISBoxCommands(),
            simulated: { SimulatedOBISBox() }
        )
    }
}
