public import Pickle

/// What a trigger starts (`microscope.TriggerMode`).
public enum TriggerMode: Int, Sendable, CaseIterable {
    /// One exposure, one pattern, one pulse of light.
    case once = 1
    /// For as long as the trigger lasts; with a software trigger, while the device is enabled.
    case bulb
    /// Again and again while the trigger lasts.
    case strobe
    /// A sequence that then runs by itself.
    case start
}

extension TriggerMode: PythonEnumeration {
    public static let pythonClass = PythonClass("microscope", "TriggerMode")
}
