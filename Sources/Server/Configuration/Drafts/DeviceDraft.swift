public import Devices
public import Pickle

/// A device as a program defines it, which has not been checked yet.
public struct DeviceDraft: Sendable {
    public var name: String
    /// Makes the driver with its options; throws a `DecodingError` if options are missing.
    public var driver: @Sendable () throws -> ConfiguredDriver
    /// What is in the options.
    public var contents: OptionContents
    /// Nil for a driver that is not floating.
    public var uid: String?
    public var settings: [(name: String, value: PythonValue)]
    public var startsEnabled: Bool
    public var isSimulated: Bool
    public var mayBeAbsent: Bool
    public var place: Place
    /// Whether it is of a group and yet says where and how it is to be served.
    public var hasOwnPlace = false

    public init(
        name: String,
        contents: OptionContents,
        uid: String? = nil,
        settings: [(name: String, value: PythonValue)] = [],
        startsEnabled: Bool = false,
        isSimulated: Bool = false,
        mayBeAbsent: Bool = false,
        place: Place,
        driver: @escaping @Sendable () throws -> ConfiguredDriver
    ) {
        (self.name, self.contents, self.uid, self.settings) = (name, contents, uid, settings)
        (self.startsEnabled, self.isSimulated, self.mayBeAbsent) = (startsEnabled, isSimulated, mayBeAbsent)
        (self.place, self.driver) = (place, driver)
    }
}
