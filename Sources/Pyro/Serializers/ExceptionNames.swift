internal import Pickle

/// The exceptions that Pyro4 makes out of dictionaries, which are all that can be sent to it in this form.
enum ExceptionNames {
    /// The class with a name as it stands in a dictionary, or nil if Pyro4 would not take it.
    static func type(_ name: String) -> PythonClass? {
        let type = parts(name)
        switch type.module {
        // Pyro4 looks its own up last, so that they hide Python's: TimeoutError.
        case "": return known("Pyro4.errors", type.name) ?? known("builtins", type.name)
        case "builtins", "exceptions": return known("builtins", type.name)
        case "Pyro4.errors": return known(type.module, type.name)
        case "sqlite3": return type.name.hasSuffix("Error") ? type : nil
        default: return nil
        }
    }

    /// The module and the name in a name with dots.
    static func parts(_ name: String) -> PythonClass {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return PythonClass(parts.dropLast().joined(separator: "."), String(parts.last ?? ""))
    }

    private static func known(_ module: String, _ name: String) -> PythonClass? {
        let type = PythonClass(module, name)
        return classes.contains(type) ? type : nil
    }

    private static let classes = Set(KnownExceptions.classes)
}
