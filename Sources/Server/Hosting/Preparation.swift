public import Pickle

/// What is to happen to a device before it is served.
public struct Preparation: Sendable {
    public struct Setting: Sendable {
        public var name: String
        /// The value; for a choice its key or its label.
        public var value: PythonValue
        /// Where it was asked for, for an error message.
        public var place: String

        public init(name: String, value: PythonValue, place: String = "") {
            self.name = name
            self.value = value
            self.place = place
        }
    }

    public var settings: [Setting]
    public var enable: Bool
    /// Whether the device stays disabled even if it is to be enabled: a client of the process before this one has
    /// disabled it.
    public var staysDisabled = false
    /// Whether a light source stays off even if it is to be enabled: the process before this one has crashed.
    public var keepsLightOff = false

    /// Whether the device's hardware is a simulation.
    public var isSimulated = false

    public init(settings: [Setting] = [], enable: Bool = false) {
        self.settings = settings
        self.enable = enable
    }
}
