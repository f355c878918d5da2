public import Devices
internal import Pickle
public import Server

/// A device to serve: its name, how to open it, and what to do before clients come.
///
/// Alone it has a process and a port of its own; in a ``DeviceGroup`` it has the group's.
public struct DeviceDefinition: Sendable {
    let part: MicroscopePart

    /// What a group takes of it.
    var draft: DeviceDraft {
        var device = part.draft.devices[0]
        device.hasOwnPlace = part.draft.isServedByItself
        return device
    }

    /// A device that a driver opens.
    ///
    /// - Parameters:
    ///   - name: the Pyro object's id, which clients use in the URI.
    ///   - driver: one of this package's, such as `.cobolt`, or one of the program's own.
    ///   - conf: the driver's options; what a configuration file without any would give unless given.
    ///   - port: the TCP port, 0 for one that the kernel chooses.
    ///   - host: the name or address to listen at; the microscope's unless given.
    ///   - socket: the path of a Unix socket, in place of port and host.
    ///   - settings: what the device is set to before the first client comes, in their order; for a choice its key or
    ///     its label.
    ///   - enable: whether it is enabled once it is open.
    ///   - simulated: whether to talk to a simulation of the hardware.
    ///   - mayBeAbsent: whether tests on a bench pass over it when it is not there.
    ///   - pyro: changes the microscope's options for this device.
    public init<Options>(
        _ name: String,
        _ driver: Driver<Options>,
        conf: Options? = nil,
        port: Int? = nil,
        host: String? = nil,
        socket: String? = nil,
        settings: KeyValuePairs<String, any PythonConvertible> = [:],
        enable: Bool = false,
        simulated: Bool = false,
        mayBeAbsent: Bool = false,
        pyro: (@Sendable (inout PyroOptions) -> Void)? = nil,
        file: String = #fileID,
        line: Int = #line
    ) {
        let contents = OptionContents(conf as Any)
        let device = DeviceDraft(
            name: name,
            contents: contents,
            settings: settings.map { ($0, $1.python) },
            startsEnabled: enable,
            isSimulated: simulated,
            mayBeAbsent: mayBeAbsent,
            place: Place(file: file, line: line)
        ) {
            guard let conf else { return try driver.configured() }
            var driver = driver.configured(conf)
            driver.refer(to: contents)
            return driver
        }
        self.init(device, port: port, host: host, socket: socket, pyro: pyro)
    }

    /// A device that only tells which one it is once it is open, such as Andor's cameras.
    ///
    /// - Parameters:
    ///   - uid: which device is meant: its serial number.
    ///   - driver: one of this package's, such as `.andorSDK3`, or one of the program's own.
    public init<Options>(
        _ name: String,
        _ driver: FloatingDriver<Options>,
        conf: Options? = nil,
        uid: String,
        port: Int? = nil,
        host: String? = nil,
        socket: String? = nil,
        settings: KeyValuePairs<String, any PythonConvertible> = [:],
        enable: Bool = false,
        simulated: Bool = false,
        mayBeAbsent: Bool = false,
        pyro: (@Sendable (inout PyroOptions) -> Void)? = nil,
        file: String = #fileID,
        line: Int = #line
    ) {
        let contents = OptionContents(conf as Any)
        let device = DeviceDraft(
            name: name,
            contents: contents,
            uid: uid,
            settings: settings.map { ($0, $1.python) },
            startsEnabled: enable,
            isSimulated: simulated,
            mayBeAbsent: mayBeAbsent,
            place: Place(file: file, line: line)
        ) {
            guard let conf else { return try driver.configured(uid: uid) }
            var driver = driver.configured(conf, uid: uid)
            driver.refer(to: contents)
            return driver
        }
        self.init(device, port: port, host: host, socket: socket, pyro: pyro)
    }

    /// A device that a function opens and configures.
    ///
    /// - Parameters:
    ///   - uses: the other devices that the function reaches by its context, which are started first.
    ///   - simulated: whether the function is told to use simulated hardware, by its context.
    ///   - open: called in the process that serves the device, and again in each that takes its place.
    public init<Opened: Device & SendableMetatype>(
        _ name: String,
        port: Int? = nil,
        host: String? = nil,
        socket: String? = nil,
        settings: KeyValuePairs<String, any PythonConvertible> = [:],
        enable: Bool = false,
        uses references: [DeviceReference] = [],
        simulated: Bool = false,
        mayBeAbsent: Bool = false,
        pyro: (@Sendable (inout PyroOptions) -> Void)? = nil,
        file: String = #fileID,
        line: Int = #line,
        open: @escaping @Sendable (DriverContext) throws -> Opened
    ) {
        let device = DeviceDraft(
            name: name,
            contents: OptionContents(naming: references),
            settings: settings.map { ($0, $1.python) },
            startsEnabled: enable,
            isSimulated: simulated,
            mayBeAbsent: mayBeAbsent,
            place: Place(file: file, line: line)
        ) { .opened(Opened.self, using: references, by: open) }
        self.init(device, port: port, host: host, socket: socket, pyro: pyro)
    }

    private init(
        _ device: DeviceDraft,
        port: Int?,
        host: String?,
        socket: String?,
        pyro: (@Sendable (inout PyroOptions) -> Void)?
    ) {
        part = MicroscopePart(
            draft: DefinitionDraft(
                devices: [device],
                host: host,
                port: port,
                socket: socket,
                pyro: pyro,
                place: device.place
            )
        )
    }
}

extension ConfiguredDriver {
    /// In place of a driver, for a device of a type that a function opens: by itself, or else with others.
    static func opened<Opened: Device & SendableMetatype>(
        _ type: Opened.Type,
        using references: [DeviceReference],
        by open: @escaping @Sendable (DriverContext) throws -> Opened = { _ in
            throw DeviceError(.initialise, "it is opened together with others")
        }
    ) -> ConfiguredDriver {
        var driver = ConfiguredDriver(name: "\(type)", kind: DeviceKind(of: type)) { try open($0) }
        driver.references = references
        return driver
    }
}

extension Device {
    /// Gives a setting a value, as a client would, for functions that configure what they open.
    ///
    /// - Parameter value: for a choice its key or its label.
    public func setSetting(_ name: String, to value: any PythonConvertible) throws {
        try SettingList(settings).set(name, to: value.python)
    }
}
