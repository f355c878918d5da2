public import Pickle

/// Whether a sensor exposes all rows at once or row after row (`microscope.ElectronicShutteringMode`, newer than 0.7).
public enum ElectronicShutteringMode: Int, Sendable, CaseIterable {
    case global = 1
    case rolling
}

extension ElectronicShutteringMode: PythonEnumeration {
    public static let pythonClass = PythonClass("microscope", "ElectronicShutteringMode")
}
