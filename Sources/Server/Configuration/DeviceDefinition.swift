public import Devices

/// A device to serve: its name, how to open it and what to do before clients come.
public struct DeviceDefinition: Sendable {
    /// The Pyro object's id.
    public var name: String
    /// The driver with the device's own options; its `name` is the word in the file.
    public var driver: ConfiguredDriver
    /// Which of several devices it is, for a floating driver.
    public var uid: String?
    /// What to set before the device is served, in the order of the file.
    public var settings: [InitialSetting]
    /// Whether it is enabled once it is open.
    public var startsEnabled: Bool
    /// Whether it talks to a simulation of the hardware.
    public var isSimulated: Bool
    /// Whether tests on a bench pass over it when it is not there; a server tries it again and again, as any other.
    public var mayBeAbsent: Bool
    public var place: Place
    /// Whether a function opens it together with others, so that its driver cannot.
    public var isOpenedWithOthers = false

    public init(
        name: String,
        driver: ConfiguredDriver,
        uid: String? = nil,
        settings: [InitialSetting] = [],
        startsEnabled: Bool = false,
        isSimulated: Bool = false,
        mayBeAbsent: Bool = false,
        place: Place
    ) {
        self.name = name
        self.driver = driver
        self.uid = uid
        self.settings = settings
        self.startsEnabled = startsEnabled
        self.isSimulated = isSimulated
        self.mayBeAbsent = mayBeAbsent
        self.place = place
    }
}
