/// The six kinds of setting that the protocol knows.
public enum SettingType: String, Sendable {
    case int, float, bool, str, tuple
    case enumeration = "enum"
}
