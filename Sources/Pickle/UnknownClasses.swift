/// What becomes of classes that are not in the table of known names.
public enum UnknownClasses: Sendable {
    /// The pickle is refused at the name.
    case refused
    /// They come as ``OpaqueObject``, which is for the exceptions that a client of a Python server is sent.
    case opaque
}
