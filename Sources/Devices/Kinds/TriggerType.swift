public import Pickle

/// What counts as a trigger (`microscope.TriggerType`).
public enum TriggerType: Int, Sendable, CaseIterable {
    case software = 0
    /// `RISING_EDGE`, which Python also calls `HIGH`: the edge starts, or the level gates.
    case risingEdge
    /// `FALLING_EDGE`, which Python also calls `LOW`.
    case fallingEdge
    /// Each pulse, whatever its edges.
    case pulse
}

extension TriggerType: PythonEnumeration {
    public static let pythonClass = PythonClass("microscope", "TriggerType")
}
