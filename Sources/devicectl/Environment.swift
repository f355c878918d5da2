import Glibc

/// The variables that the program was started with; one that is empty counts as none.
enum Environment {
    static subscript(name: String) -> String? {
        guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
        return unsafe String(cString: value)
    }
}
