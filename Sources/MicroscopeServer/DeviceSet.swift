public import Devices
public import Server

/// Several devices that a function constructs, configures and returns, served by one process at one port.
///
///     DeviceSet("LeftCamera", "RightCamera", port: 8003, open: stereoPair)
///
///     func stereoPair(_ context: DriverContext) throws -> (SimulatedCamera, SimulatedCamera) { … }
///
/// They may share whatever they like: calls to all of them are made one at a time.
public struct DeviceSet: Sendable {
    let part: MicroscopePart

    /// - Parameters:
    ///   - names: the devices' names, in the order in which the function returns them.
    ///   - port: the TCP port, 0 for one that the kernel chooses.
    ///   - host: the name or address to listen at; the microscope's unless given.
    ///   - socket: the path of a Unix socket, in place of port and host.
    ///   - uses: the other devices that the function reaches by its context, which are started first.
    ///   - simulated: whether the function is told to use simulated hardware, by its context.
    ///   - pyro: changes the microscope's options for these devices.
    ///   - open: called in the process that serves the devices, and again in each that takes its place. A closure of
    ///     several statements needs its result written: `{ context -> (SimulatedCamera, SimulatedStage) in`.
    public init<each Opened: Device & SendableMetatype>(
        _ names: repeat DeviceName<each Opened>,
        port: Int? = nil,
        host: String? = nil,
        socket: String? = nil,
        uses references: [DeviceReference] = [],
        simulated: Bool = false,
        pyro: (@Sendable (inout PyroOptions) -> Void)? = nil,
        file: String = #fileID,
        line: Int = #line,
        open: @escaping @Sendable (DriverContext) throws -> (repeat each Opened)
    ) {
        let place = Place(file: file, line: line)
        var devices: [DeviceDraft] = []
        for (name, type) in repeat ((each names).text, (each Opened).self) {
            devices.append(
                DeviceDraft(
                    name: name,
                    contents: OptionContents(naming: references),
                    isSimulated: simulated,
                    place: place,
                    driver: { .opened(type, using: references) }
                )
            )
        }
        part = MicroscopePart(
            draft: DefinitionDraft(
                devices: devices,
                host: host,
                port: port,
                socket: socket,
                pyro: pyro,
                openTogether: { context in
                    let opened = try open(context)
                    var devices: [any Device] = []
                    repeat devices.append(each opened)
                    return devices
                },
                place: place
            )
        )
    }
}

/// The name of a device of a type that is known: the Pyro object's id.
public struct DeviceName<Named>: Sendable, ExpressibleByStringInterpolation {
    let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral text: String) { self.init(text) }
}
