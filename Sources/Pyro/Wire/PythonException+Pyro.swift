package import Pickle

extension PythonException {
    /// An exception of Pyro's own, from the module `Pyro4.errors`.
    package static func pyro(_ name: String, _ message: String) -> PythonException {
        PythonException(PythonClass("Pyro4.errors", name), [.str(message)])
    }

    /// The same with the lines that `Pyro4.util.getPyroTraceback` shows below the caller's own traceback.
    package func traced(_ lines: [String]) -> PythonException {
        var traced = self
        traced.attributes["_pyroTraceback"] = .list(lines.map(PythonValue.str))
        return traced
    }
}
