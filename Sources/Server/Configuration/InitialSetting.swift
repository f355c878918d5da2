public import Pickle

/// A setting and the value that it is given before the device is served.
///
/// Only the shape is checked here. What the value means, such as a label for an enum's key, the opened device knows.
public struct InitialSetting: Sendable, Hashable {
    public var name: String
    /// A number, a bool, a text or a list of such.
    public var value: PythonValue
    /// Where the value stands, for errors that only the device can find.
    public var place: Place

    public init(name: String, value: PythonValue, place: Place) {
        self.name = name
        self.value = value
        self.place = place
    }
}
