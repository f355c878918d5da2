internal import Glibc

/// The variables that the program was started with.
///
/// An empty variable counts as not set.
public enum Environment {
    public static subscript(name: String) -> String? {
        guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
        return unsafe String(cString: value)
    }
}
