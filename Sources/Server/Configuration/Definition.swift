public import Devices
public import Pickle

/// What one worker process serves at one place: a device, or a group of them.
public struct Definition: Sendable {
    /// What logs call it: the group's own name, or else that of the first device.
    public var name: String
    public var devices: [DeviceDefinition]
    /// Where it listens; the kernel chooses the port when it is 0.
    public var endpoint: PyroURI.Location
    public var pyro: PyroOptions
    public var place: Place
    /// Opens all of the devices at once, in their order, where a program has a function that does; nil where each is
    /// opened by its own driver.
    public var openTogether: (@Sendable (DriverContext) throws -> [any Device])?
    /// What the file says of it, to tell whether another version of the file says the same.
    var text = ""

    public init(
        name: String,
        devices: [DeviceDefinition],
        endpoint: PyroURI.Location,
        pyro: PyroOptions = PyroOptions(),
        place: Place
    ) {
        self.name = name
        self.devices = devices
        self.endpoint = endpoint
        self.pyro = pyro
        self.place = place
    }

    /// Whether it, or one of its devices, has that name.
    func isCalled(_ name: String) -> Bool { self.name == name || devices.contains { $0.name == name } }
}
