public import Devices
public import Server

/// Several devices that a function makes, configures and returns, served by one process at one port.
///
///     DeviceSet("LeftCamera", "RightCamera", port: 8003, open: stereoPair)
///
///     func stereoPair(_ context: DriverContext) throws -> (SimulatedCamera, SimulatedCamera) { … }
///
/// They may share state: calls to all of them are made one at a time.
public struct DeviceSet: Sendable {
    let draft: GroupDraft

    /// - Parameters:
    ///   - names: the devices' names, in the order in which the function returns them.
    ///   - port: the TCP port; with 0 the kernel chooses one.
    ///   - host: the name or address to listen at; by default the microscope's.
    ///   - socket: the path of a Unix socket, instead of port and host.
    ///   - uses: the other devices that the function opens through its context. They are started first.
    ///   - simulated: whether the context asks for simulated hardware.
    ///   - pyro: changes the microscope's options for these devices.
    ///   - open: the function. It is called in the process that serves the devices, and again after each restart. A
    ///     closure of several statements needs an explicit result: `{ context -> (SimulatedCamera, SimulatedStage) in`.
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
        draft = GroupDraft(
            devices: devices,
            endpoint: EndpointDraft(port: port, host: host, socket: socket, pyro: pyro),
            openTogether: { context in
                let opened = try open(context)
                var devices: [any Device] = []
                repeat devices.append(each opened)
                return devices
            },
            place: place
        )
    }
}

/// The name of a device of a known type: the Pyro object's id.
public struct DeviceName<Named>: Sendable, ExpressibleByStringInterpolation {
    let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral text: String) { self.init(text) }
}
